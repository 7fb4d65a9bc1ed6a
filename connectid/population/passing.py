"""Rows that come and go: sessions, codes, counters, reports, jobs."""

from connectid.core import secrets
from connectid.enrollment.models import EnrollmentSession
from connectid.integrity.models import IntegrityReport, SeenToken
from connectid.jobs.models import Job
from connectid.oauth.models import AuthorizationCode, BrowserSession
from connectid.population import workers
from connectid.population.lines import Lines, Step, line
from connectid.population.plan import Plan, moment
from connectid.recovery.models import RecoverySession
from connectid.signin.models import Consent, SignIn
from connectid.verification.models import Challenge, Counter

_DAY = 24 * 3600
_HOUR = 3600


def sessions(plan: Plan, _round: int, numbers: range) -> Lines:
    """Enrollment sessions of the last month, of every fifth account, with the code that proved them where we sent it."""
    opened, codes, counted = [], [], []
    for number in numbers:
        if number % 5 != 2:
            continue
        entropy = plan.hex("session", number)
        is_recent = number % 20 == 2
        at = plan.at - int(entropy[:6], 16) % ((2 if is_recent else 7 if number % 2 == 0 else 30) * _DAY)
        phone, by_text = plan.phone_number(number), number % 2 == 0
        proof = "sms" if by_text else "firebase"
        begun, ends = moment(at), moment(at + 4 * _HOUR)
        opened.append(
            line(
                number,
                _digest(entropy),
                phone,
                int(number % 10 != 0),
                "MW",
                "mobile",
                f"commcare_{entropy[:16]}",
                begun,
                ends,
                begun,
                proof,
                number,
            )
        )
        if by_text:
            scope = f"session:{number}"
            codes.append(
                line(
                    phone,
                    "sms",
                    "enroll_phone",
                    scope,
                    entropy,
                    secrets.current_key_id(),
                    begun,
                    ends,
                    begun,
                    1,
                )
            )
            if is_recent:
                counted.append(line("check", phone, at * 1000, at * 1000, at // _HOUR, 1, 1, 1))
    return {EnrollmentSession: opened, Challenge: codes, Counter: counted}


def _digest(entropy: str) -> str:
    """Of a key that nobody holds, and so of no purpose."""
    return f"{secrets.current_key_id()}${entropy}{entropy[::-1]}"


SESSION_STEP = Step(
    {
        EnrollmentSession: (
            *("id", "key_digest", "phone_number", "is_invited", "country", "line_type", "installation_id"),
            *("created_at", "expires_at", "phone_proven_at", "proof_method", "account_id"),
        ),
        Challenge: (
            *("address", "transport", "purpose", "scope", "nonce", "key_id", "created_at", "expires_at"),
            *("used_at", "sends"),
        ),
        Counter: ("name", "subject", "full_at", "last_at", "hour", "in_hour", "recent", "converted"),
    },
    sessions,
)


def browsers(plan: Plan, _round: int, numbers: range) -> Lines:
    """People who sign in to sites, every tenth: sessions, consents, codes; and older apps' recoveries, every twentieth."""
    steps, signed_in, agreed, codes, recoveries = [], [], [], [], []
    for number in numbers:
        entropy = plan.hex("browser", number)
        at = plan.at - int(entropy[:6], 16) % _DAY
        begun = moment(at)
        if number % 10 == 8:
            signed_in.append(line(number, _digest(entropy), begun, moment(plan.at + 8 * _HOUR)))
            agreed.append(line(number, plan.partners.website, "openid profile", begun))
            code = workers.checksum(entropy)
            codes.append(
                line(
                    code,
                    plan.partners.website,
                    number,
                    begun,
                    moment(at + 60),
                    begun,
                    begun,
                    "openid",
                    plan.uuid("code", number),
                )
            )
        if number % 50 == 8:
            steps.append(
                line(_digest(entropy[::-1]), plan.phone_number(number), begun, moment(at + _HOUR // 4))
            )
        if number % 20 == 6:
            ends = moment(at + 600)
            phone = plan.phone_number(number)
            recoveries.append(line(_digest(entropy), phone, number, 4, begun, begun, ends))
    return {
        SignIn: steps,
        BrowserSession: signed_in,
        Consent: agreed,
        AuthorizationCode: codes,
        RecoverySession: recoveries,
    }


BROWSER_STEP = Step(
    {
        SignIn: ("key_digest", "phone_number", "sent_at", "expires_at"),
        BrowserSession: ("account_id", "key_digest", "authenticated_at", "expires_at"),
        Consent: ("account_id", "client_id", "scopes", "given_at"),
        AuthorizationCode: (
            *(
                "code_checksum",
                "application_id",
                "user_id",
                "created",
                "expires",
                "authenticated_at",
                "used_at",
            ),
            *("scope", "token_family"),
        ),
        RecoverySession: (
            *("secret_digest", "phone_number", "account_id", "step", "created_at", "moved_at", "expires_at"),
        ),
    },
    browsers,
)


def reports(plan: Plan, _round: int, numbers: range) -> Lines:
    """Attestations: a report of every third phone within a year, and the tokens of the last day."""
    told, seen = [], []
    for number in numbers:
        entropy = plan.hex("report", number)
        if number % 3 == 1:
            at = moment(plan.at - int(entropy[:8], 16) % (365 * _DAY))
            result = "passed" if number % 10 else "failed"
            told.append(line(entropy, f"commcare_{entropy[:16]}", "org.commcare.dalvik", result, at))
        if number % 20 == 5:
            seen.append(line(workers.checksum(entropy), moment(plan.at - int(entropy[8:12], 16))))
    return {IntegrityReport: told, SeenToken: seen}


REPORT_STEP = Step(
    {
        IntegrityReport: ("request_id", "installation_id", "package", "result", "reported_at"),
        SeenToken: ("digest", "seen_at"),
    },
    reports,
)


def jobs(plan: Plan, _round: int, numbers: range) -> Lines:
    """Jobs that wait for their time, of every hundredth account, and dead letters of every five hundredth."""
    found = []
    for number in numbers:
        if number % 100 != 9:
            continue
        is_dead = number % 500 == 9
        state, failed = ("failed", moment(plan.at - number % (20 * _DAY))) if is_dead else ("ready", None)
        due = moment(plan.at + 365 * _DAY)
        found.append(
            line(
                "connectid.accounts.tasks.tell_connect_of_rename",
                f"[{number}]",
                "{}",
                "default",
                state,
                due,
                10,
                moment(plan.at),
                failed,
            )
        )
    return {Job: found}


JOB_STEP = Step(
    {Job: ("task", "args", "kwargs", "queue", "state", "run_at", "max_attempts", "created_at", "failed_at")},
    jobs,
)
