"""A partner server and a worker write to each other."""

from collections.abc import Iterator
from uuid import uuid4

from connectid.demo.journeys.steps import BACKUP_CODE, Step, expect
from connectid.demo.messenger import Messenger
from connectid.demo.partner import HQ, OCS, VirtualPartner
from connectid.demo.surroundings import Surroundings, new_demonstration_number, portrait

SOURCES = {HQ: "ministry-of-health", OCS: str(uuid4())}
NAMES = {HQ: "Malaria Programme", OCS: "Bot ya Afya नमस्ते"}


def write_to_each_other(server: str, world: Surroundings) -> Iterator[Step]:
    """Partner servers open channels, and write with a worker's phone end-to-end encrypted."""
    phone = Messenger(server, new_demonstration_number(), world.attest)
    phone.start_configuration()
    phone.complete_profile(name="Mphatso Gondwe", backup_code=BACKUP_CODE, photo=portrait())
    phone.fetch_token()
    phone.heartbeat(f"fcm-of-{phone.username}")
    yield f"complete_profile, o/token, heartbeat: phone of {phone.username}"
    for name in (HQ, OCS):
        with (
            VirtualPartner(server, name) as partner,
            world.listening(name, partner.addresses) as partner.credentials,
        ):
            yield from _converse(phone, partner, world)


def _converse(phone: Messenger, partner: VirtualPartner, world: Surroundings) -> Iterator[Step]:
    address, visible = f"fcm-of-{phone.username}", NAMES[partner.name]
    asked = (phone.username, SOURCES[partner.name], visible)
    status, made = partner.create_channel(*asked)
    channel = made["channel_id"]
    expect((status, made["consent"]) == (201, True), "a new channel is 201, with consent")
    expect(partner.create_channel(*asked) == (200, made), "asked again it is 200, and the same")
    yield f"{partner.name}: create_channel ({'form' if partner.name == HQ else 'JSON'}): 201, then 200"
    world.wait_for_push(address, f"A new messaging channel is available from {visible}, press here to view")
    yield "the phone gets the push about it"
    phone.poll()
    expect(phone.channels[channel]["channel_source"] == visible, "the phone shows the channel's name")
    expect(phone.keys[channel] == partner.keys[channel], "both have the same key")
    yield "retrieve_notifications: the channel; its key from key_url, which asks o/userinfo whose token it is"

    text = f"Moni! 你好 from {partner.name}"
    message_id, status, answer = partner.send(channel, text)
    expect((status, answer) == (200, {"message_id": message_id}), "send_fcm answers 200 and the id")
    world.wait_for_push(address, f"You received a new message from {visible}")
    yield "send_fcm, nonce of 16 bytes: accepted; the phone gets the push"
    (message,) = phone.poll()
    expect((message["message_id"], message["text"]) == (message_id, text), "it says what was sent")
    yield f"retrieve_notifications: decrypted: {message['text']}"
    expect(phone.poll() == [], "an acknowledged message does not come again")
    yield f"update_notification_received: the partner learns received_on {partner.received_on(message_id)}"

    sent = phone.send_message(channel, "Zikomo 🙏")
    expect(partner.reply(channel) == "Zikomo 🙏", "the partner reads what the phone wrote")
    yield f"send_message, nonce of 12 bytes: the partner decrypts message {sent[:8]}"
    phone.update_consent(channel, consent=False)
    partner.told("consent", lambda body: body == {"channel_id": channel, "consent": False})
    yield "update_consent: the partner is told that the person stopped the channel"
    _, status, answer = partner.send(channel, "Are you there?")
    expect((status, answer) == (400, {"errors": "NO_USER_CONSENT"}), "nothing is sent without consent")
    expect(partner.forged == 0, "every call to the partner was signed")
    yield "send_fcm: refused, NO_USER_CONSENT; every call to the partner carried a right X-MAC-DIGEST"
