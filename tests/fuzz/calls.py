"""Every operation of the API document, once for each kind of caller that it lets in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from connectid.testing.scene import new_account
from connectid.toggles import operations as toggles
from connectid.toggles.switched import SwitchedEndpoint
from tests.wire.api import ROUTES, Route, credentials
from tests.wire.foreign import Call, Scene
from tests.wire.names import SCENES


@dataclass(frozen=True)
class Caller:
    """Who calls an operation; ``call`` makes them, with credentials that are good and values that name something."""

    route: Route
    method: str
    kind: str
    call: Callable[[], Call]

    def __str__(self) -> str:
        return f"{self.method} {self.route} by {self.kind}"

    @property
    def takes_anything(self) -> bool:
        """Whether its caller can say anything that the document knows of."""
        operation = self.route.described[self.method]
        return bool(operation.get("parameters") or operation.get("requestBody"))


def callers() -> Iterator[Caller]:
    """Every operation with everybody who may call it, and with the owner of each object that it takes by name."""
    for route in ROUTES:
        scenes = {name: scene for (path, name), scene in SCENES.items() if path == route.template}
        for method in route.methods:
            for kind, headers in _allowed(route).items():
                yield Caller(route, method, kind, partial(_call, route, headers))
            for name, scene in scenes.items() if method == route.methods[-1] else ():
                yield Caller(route, method, f"owner of {name}", partial(_owner, route, scene))


def _allowed(route: Route) -> dict[str, Callable[[], dict[str, str]]]:
    """How each kind of caller that an operation lets in proves who it is."""
    schemes = list((route.endpoint and route.endpoint.auth) or ())
    found: dict[str, Callable[[], dict[str, str]]] = {
        scheme.name: partial(credentials, scheme) for scheme in schemes
    }
    if not any(scheme.required for scheme in schemes):
        found["anybody"] = dict
    return found


def _call(route: Route, headers: Callable[[], dict[str, str]]) -> Call:
    _turn_on(route)
    account = new_account()
    return Call(
        headers(),
        {
            "username": account.username,
            "usernames": [account.username],
            "connectid": account.username,
            "phone": account.phone_number,
            "phone_number": account.phone_number,
            "phone_numbers": account.phone_number,
            "old_phone_number": account.phone_number,
        },
    )


def _owner(route: Route, scene: Callable[[], Scene]) -> Call:
    _turn_on(route)
    return scene().owner


def _turn_on(route: Route) -> None:
    """Switch the endpoint on, where it has a switch."""
    if route.endpoint is not None and issubclass(route.endpoint, SwitchedEndpoint):
        toggles.set_switch(route.endpoint.switch, active=True)


CALLERS = list(callers())
