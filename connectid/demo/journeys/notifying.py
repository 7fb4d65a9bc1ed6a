"""A partner server tells workers something."""

from collections.abc import Iterator

from connectid.demo.journeys.steps import BACKUP_CODE, Step, expect
from connectid.demo.messenger import Messenger
from connectid.demo.partner_server import PartnerServer
from connectid.demo.surroundings import Surroundings, new_demonstration_number, portrait


def notify_workers(server: str, world: Surroundings) -> Iterator[Step]:
    """A partner notifies workers: pushed at once, and fetched by a phone that no push reached."""
    reached, silent = (_enrolled(server, world, name) for name in ("Chikondi Banda", "Esnart Mbewe"))
    reached.fetch_token()
    address = f"fcm-of-{reached.username}"
    reached.heartbeat(address)
    yield f"two phones enrolled; pushes reach {reached.username}, and {silent.username} not yet"

    data = {"action": "ccc_payment", "title": "Payment", "body": "You were paid.", "payment_uuid": "p-1"}
    usernames = [silent.username, reached.username, "nobody"]
    partner = PartnerServer(server, world.partner())
    answer = partner.send(usernames, data=data)
    statuses = [told["status"] for told in answer["responses"]]
    expect(statuses == ["deactivated", "success", "deactivated"], "each recipient has its status, in order")
    expect(answer["all_success"] is False, "an unknown recipient is a failure")
    yield f"messaging/send to both and to nobody: {', '.join(statuses)}"
    expect(world.pushed_to(address) == "You were paid.", "the push arrives")
    yield "the push arrived"
    for phone in (reached, silent):
        [told] = phone.fetch()["notifications"]
        expect(told["payment_uuid"] == "p-1", "the poll has what the push had")
        phone.acknowledge(told["notification_id"])
        expect(phone.fetch()["notifications"] == [], "what was acknowledged is handed out no more")
    yield "retrieve_notifications, update_notification_received: both phones have it, pushed or not"

    messages = [{"username": reached.username, "data": {"title": "T", "body": f"Task {n}."}} for n in (1, 2)]
    answer = partner.send_bulk(*messages)
    expect(answer["all_success"] and len(answer["messages"]) == 2, "every message has its answer")
    expect(world.pushed_to(address) in {"Task 1.", "Task 2."}, "the pushes arrive")
    yield "messaging/send_bulk with two messages: all_success"


def _enrolled(server: str, world: Surroundings, name: str) -> Messenger:
    phone = Messenger(server, new_demonstration_number(), world.attest)
    phone.start_configuration()
    phone.complete_profile(name=name, backup_code=BACKUP_CODE, photo=portrait())
    return phone
