"""From an unknown phone to an account, in the three ways of proving a number."""

from collections.abc import Iterator

from connectid.demo.journeys.steps import BACKUP_CODE, Step, expect, refusal_of
from connectid.demo.phone import VirtualPhone
from connectid.demo.surroundings import Surroundings, new_demonstration_number, new_number, portrait


def enrol_demonstration_number(server: str, world: Surroundings) -> Iterator[Step]:
    """A demonstration number enrols without proof, reads its storage key and changes its photo."""
    phone = VirtualPhone(server, new_demonstration_number(), world.attest)
    answer = phone.start_configuration()
    expect(answer["demo_user"], "demo_user is true")
    yield f"start_configuration: session opened, lock {answer['required_lock']}, no proof needed"
    yield f"check_name: account_exists {phone.check_name('Chikondi Banda')['account_exists']}"
    phone.complete_profile(name="Chikondi Banda", backup_code=BACKUP_CODE, photo=portrait())
    yield f"complete_profile: account {phone.username}"
    again = phone.complete_profile(name="Chikondi Banda", backup_code=BACKUP_CODE, photo=portrait())
    expect(again["db_key"] == phone.db_key, "a repeated request returns the same account")
    yield "complete_profile once more, as after a lost answer: same account, new credential"
    expect(phone.fetch_db_key() == phone.db_key, "the storage key is the one of enrolment")
    yield "fetch_db_key: the same storage key"
    phone.update_profile(photo=portrait("#a2543d"), name="Chikondi M. Banda")
    yield "update_profile: new photo and name"
    second = VirtualPhone(server, phone.phone_number, world.attest)
    second.start_configuration()
    found = second.check_name("Chikondi M. Banda")
    expect(found["account_exists"] and found["photo"].startswith("data:image/"), "the account is found")
    yield f"check_name from another phone: account found, photo of {len(found['photo']) // 1024 + 1} KiB"
    refusal = refusal_of(lambda: second.complete_profile(name="X", backup_code="1", photo=portrait()))
    expect(refusal.body == {"error": "ACTIVE_USER_EXISTS"}, "the number has an account already")
    yield "complete_profile from another phone: refused, 401 ACTIVE_USER_EXISTS"


def enrol_invited_number(server: str, world: Surroundings) -> Iterator[Step]:
    """An invited number enrols with a code by SMS, and verifies an email address."""
    phone = VirtualPhone(server, new_number(), world.attest)
    world.invite(phone.phone_number)
    answer = phone.start_configuration()
    expect(answer["otp_fallback"] and answer["required_lock"] == "pin", "the number is invited")
    yield "start_configuration: invited, lock pin, codes by SMS allowed"
    phone.send_session_otp()
    code = world.code_sent_to(phone.phone_number)
    yield "send_session_otp: the text arrived, with one six-digit word"
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    refusal = refusal_of(lambda: phone.confirm_session_otp(wrong))
    expect(refusal.status == 401 and refusal.body == {"error": "INCORRECT_OTP"}, "a wrong code is refused")
    yield "confirm_session_otp with a wrong code: refused, 401 INCORRECT_OTP"
    phone.confirm_session_otp(code)
    yield "confirm_session_otp: number proven"
    yield f"check_name: account_exists {phone.check_name('Thandiwe Phiri')['account_exists']}"
    answer = phone.complete_profile(name="Thandiwe Phiri", backup_code=BACKUP_CODE, photo=portrait())
    expect(answer["invited_user"] is True, "the account is an invited one")
    yield f"complete_profile: account {phone.username}"
    email = f"{phone.username}@example.org"
    phone.send_email_otp(email)
    phone.verify_email_otp(email, world.code_sent_to(email))
    yield "send_email_otp, verify_email_otp: email address proven by the code in the mail"
    yield f"toggles: {', '.join(sorted(phone.toggles())) or 'none'}"


def enrol_by_firebase(server: str, world: Surroundings) -> Iterator[Step]:
    """A number enrols by a Firebase ID token, and reports its integrity."""
    phone = VirtualPhone(server, new_number(), world.attest)
    phone.start_configuration()
    yield "start_configuration: session opened"
    refusal = refusal_of(lambda: phone.check_name("Esnart Mbewe"))
    expect(refusal.body == {"error_code": "PHONE_NOT_VALIDATED"}, "nothing before the number is proven")
    yield "check_name too early: refused, 403 PHONE_NOT_VALIDATED"
    phone.validate_firebase_id_token(world.id_token(phone.phone_number))
    yield "validate_firebase_id_token: number proven"
    phone.check_name("Esnart Mbewe")
    phone.complete_profile(name="Esnart Mbewe", backup_code=BACKUP_CODE, photo=portrait())
    yield f"complete_profile: account {phone.username}"
    expect(phone.fetch_db_key() == phone.db_key, "the storage key is the one of enrolment")
    yield "fetch_db_key: the same storage key"
    yield f"report_integrity: {phone.report_integrity(phone.installation_id)}"
