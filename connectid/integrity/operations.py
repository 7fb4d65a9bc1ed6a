"""Judging attestations, and taking the reports that CommCare HQ asks phones for."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from prometheus_client import Counter

from connectid.core import batches, phone, ratelimit
from connectid.core.errors import DomainError
from connectid.core.phone import PhoneNumber
from connectid.integrity import errors, limits, queries
from connectid.integrity.attested import Presented, Verdict
from connectid.integrity.models import IntegrityReport, Result, SeenToken
from connectid.providers import attestation
from connectid.providers.attestation import Attestation
from connectid.providers.attestation.request_hash import request_hash, same_hash
from connectid.providers.attestation.verdict import Problem, SubCode, judge
from connectid.providers.concurrently import Done, Failed, Outcome
from connectid.providers.errors import ProviderError

log = structlog.get_logger(__name__)

VERDICTS = Counter("connectid_attestations", "Attestations by verdict.", ["verdict"])
FINDINGS = Counter(
    "connectid_attestation_findings",
    "What was wrong with attestations, and whether that refused them.",
    ["reason", "outcome"],
)

DEVICE_ERRORS = Counter("connectid_attestation_device_errors", "Reports of phones that could not attest.")

REMEMBERED_FOR = timedelta(hours=24)
"""How long a token stays known as used; Google's own answer for it is stale long before."""

REPORTS_KEPT_FOR = timedelta(days=365)
"""How long the answers to CommCare HQ are kept (docs/topics/attestation.md)."""

_REFUSALS = {
    SubCode.REQUEST: errors.RequestNotGenuine,
    SubCode.APP: errors.AppNotGenuine,
    SubCode.DEVICE: errors.DeviceNotGenuine,
    SubCode.LICENSE: errors.AppNotLicensed,
}


def assess(presented: Presented, *, number: PhoneNumber | None, at: datetime, deadline: float) -> Verdict:
    """Have the token decoded and judge what it states: :func:`decode` and :func:`conclude` one after the other."""
    decoded: Outcome[Attestation]
    try:
        decoded = Done(decode(presented, deadline=deadline))
    except (DomainError, ProviderError) as error:
        decoded = Failed(error)
    return conclude(presented, decoded, number=number, at=at)


def decode(presented: Presented, *, deadline: float) -> Attestation:
    """Return what the token states: the part that asks Google and never the database, to run beside other calls.

    ``deadline`` is in seconds. Raises the refusals that need no call (headers missing, a package that is not ours) and the
    provider's failures; :func:`conclude` makes a verdict of any of them.
    """
    if not presented.token or not presented.claimed_hash:
        raise errors.MissingIntegrityHeaders
    if presented.package not in settings.ANDROID_PACKAGES:
        raise errors.AppNotGenuine
    return attestation.pick().decode(
        token=presented.token,
        package=presented.package,
        deadline=deadline,
        claimed_hash=presented.claimed_hash,
    )


def conclude(
    presented: Presented, decoded: Outcome[Attestation], *, number: PhoneNumber | None, at: datetime
) -> Verdict:
    """Judge the outcome of :func:`decode`, for a request about ``number``; at most one statement.

    Refusals are returned and not raised: an invited number is enrolled in spite of them (contract 5.1). A token that
    passes is remembered, in a transaction of its own unless the caller is in one, so that it passes only once.
    """
    verdict = (
        _judged(presented, decoded.value, number=number, at=at)
        if isinstance(decoded, Done)
        else _undecoded(decoded.error)
    )
    VERDICTS.labels(verdict.reason or "passed").inc()
    return verdict


def _undecoded(error: Exception) -> Verdict:
    match error:
        case errors.MissingIntegrityHeaders():
            return Verdict(refusal=error, reason="missing_headers")
        case errors.AppNotGenuine():
            return Verdict(refusal=error, reason="unknown_app")
        case ProviderError():
            log.warning("attestation_not_decoded", exception=type(error).__name__)
            return Verdict(refusal=errors.IntegrityServiceUnavailable(), reason="service_unavailable")
    raise error


def _judged(
    presented: Presented, stated: Attestation, *, number: PhoneNumber | None, at: datetime
) -> Verdict:
    problem = _problem(presented, stated, number=number, at=at)
    if problem is None:
        return Verdict(attestation=stated)
    return Verdict(refusal=_REFUSALS[problem.sub_code](), reason=problem.reason, attestation=stated)


def _problem(
    presented: Presented, stated: Attestation, *, number: PhoneNumber | None, at: datetime
) -> Problem | None:
    """Return the first thing wrong that refuses the request; what does not refuse it is only logged and counted."""
    for problem, enforced in _problems(presented, stated, number=number, at=at):
        outcome = "refused" if enforced else "noted"
        FINDINGS.labels(problem.reason, outcome).inc()
        log.info("attestation_finding", reason=problem.reason, outcome=outcome)
        if enforced:
            return problem
    return None


def _problems(
    presented: Presented, stated: Attestation, *, number: PhoneNumber | None, at: datetime
) -> Iterator[tuple[Problem, bool]]:
    """Everything wrong, each with whether it refuses the request: always (contract 5.1), or by ``INTEGRITY_STRICT``.

    The last question remembers the token, so it is asked only where the others refused nothing.
    """
    strict: bool = settings.INTEGRITY_STRICT
    fictitious = number is not None and phone.is_fictitious(number)
    if not same_hash(request_hash(presented.body), presented.claimed_hash):
        yield Problem(SubCode.REQUEST, "other_body"), strict
    for max_age in (None, timedelta(seconds=settings.INTEGRITY_MAX_AGE)):
        always = max_age is None
        problem = judge(
            stated,
            expected_hash=presented.claimed_hash,
            package=presented.package,
            allowed_packages=settings.ANDROID_PACKAGES,
            at=at,
            fictitious=fictitious,
            max_age=max_age,
            require_play_recognized=not always,
        )
        if problem is not None:
            yield problem, always or strict
    if not _is_first_use(presented.token, at=at):
        yield Problem(SubCode.REQUEST, "replayed"), strict


_REMEMBER = """
INSERT INTO integrity_seentoken (digest, seen_at) VALUES (%s, %s) ON CONFLICT DO NOTHING
"""


def _is_first_use(token: str, *, at: datetime) -> bool:
    """Remember the token and tell whether it is new; of parallel presentations, one hears yes (E-41).

    The insert itself is the question: between a look-up and an insert another request would pass.
    """
    digest = sha256(token.encode(errors="surrogatepass")).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, [digest, connection.ops.adapt_datetimefield_value(at)])
        return bool(cursor.rowcount)


def report(
    presented: Presented,
    *,
    request_id: str,
    installation_id: str,
    device_error: str,
    number: PhoneNumber | None,
    client: str,
    at: datetime,
    deadline: float,
) -> Result | None:
    """Judge the attestation that CommCare HQ asked a phone for, and keep the result; None for one already kept.

    ``client`` is what limits per address count by. ``device_error`` is why the phone could not attest, if it says so.
    At most three statements. Raises :class:`~connectid.core.ratelimit.Throttled`,
    :class:`~connectid.integrity.errors.ReportIncomplete` and
    :class:`~connectid.integrity.errors.IntegrityServiceUnavailable`, after which the phone may report again (contract 5.14).
    """
    ratelimit.spend_all((limits.REPORTS_PER_ADDRESS, client), (limits.REPORTS_PER_DEVICE, installation_id))
    if device_error:
        DEVICE_ERRORS.inc()
        log.info("integrity_report_device_error", reason=_code_in(device_error))
    if device_error or not presented.token or not presented.claimed_hash:
        raise errors.ReportIncomplete
    if queries.is_reported(request_id):
        return None
    verdict = assess(presented, number=number, at=at, deadline=deadline)
    if isinstance(verdict.refusal, errors.IntegrityServiceUnavailable):
        raise verdict.refusal
    return _keep(
        verdict, request_id=request_id, installation_id=installation_id, package=presented.package, at=at
    )


def _code_in(device_error: str) -> str:
    """Return the code in what a phone says of its failure, and nothing else that may stand there."""
    found = re.search(r"-?\b\d{1,3}\b|\b[A-Z][A-Z_]{2,39}\b", device_error[:500])
    if found is None:
        return "unknown"
    return found[0] if found[0][0].isalpha() else f"code_{found[0].lstrip('-')}"


def _keep(
    verdict: Verdict, *, request_id: str, installation_id: str, package: str, at: datetime
) -> Result | None:
    stated = verdict.attestation or Attestation()
    result = Result.PASSED if verdict.passed else Result.FAILED
    try:
        with transaction.atomic():
            IntegrityReport.objects.create(
                request_id=request_id,
                installation_id=installation_id,
                package=package[:255],
                result=result,
                reason=verdict.reason,
                device_labels=" ".join(sorted(stated.device_labels))[:255],
                app_recognition=(stated.app_recognition or "")[:50],
                app_licensing=(stated.app_licensing or "")[:50],
                reported_at=at,
            )
    except IntegrityError:  # the same report arrived twice at once
        return None
    return result


def prune(*, at: datetime) -> int:
    """Forget tokens and reports whose time is over, in batches; return how many."""
    tokens = batches.delete(SeenToken.objects.filter(seen_at__lt=at - REMEMBERED_FOR))
    return tokens + batches.delete(IntegrityReport.objects.filter(reported_at__lt=at - REPORTS_KEPT_FOR))
