"""What is not counted with more rows: there are none of them to be more, or each costs the same again; each with its reason."""

_NO_ROWS = "made of settings alone"
_ONE_ROW = "one row, found by its number"

NOTHING_GROWS: dict[str, str] = {
    "GET /.well-known/assetlinks.json": _NO_ROWS,
    "GET /.well-known/jwt-vc-issuer/credentials/issuer": _NO_ROWS,
    "GET /.well-known/oauth-authorization-server/o": _NO_ROWS,
    "GET /.well-known/openid-configuration/o": _NO_ROWS,
    "GET /o/.well-known/openid-configuration": _NO_ROWS,
    "GET /users": "one word",
    "job connectid.enrollment.tasks.look_up_line": _ONE_ROW,
    "job connectid.enrollment.tasks.refine_country": _ONE_ROW,
    "job connectid.insights.tasks.export": "one run for each table and destination of the settings",
    "job connectid.insights.tasks.tell_analytics": _ONE_ROW,
    "job connectid.messaging.tasks.relay_channel": (
        "as many calls to a partner, one after another, as fit into a minute: eight statements for the first, five for each further one; only"
        " shown, for how many they are is up to the machine"
    ),
}

UP_TO_THE_MACHINE = {"job connectid.messaging.tasks.relay_channel"}
"""Goes on for as long as there is time, so that its line limits nothing."""
