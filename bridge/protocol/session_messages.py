"""The protocol's section Session: who is there, what the engine can do, and whether it is alive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bridge.protocol.arguments import INT32_HIGH, INT32_LOW, Arg, ModelName
from bridge.protocol.limits import MAX_NAME_LETTERS
from bridge.protocol.message import Message, from_client, from_engine

Port = Annotated[int, Arg("UDP port that replies go to on the sender's machine; 0: the sender's own", 0, 65_535)]
Protocol = Annotated[int, Arg("version of this contract", 1, INT32_HIGH)]
Token = Annotated[int, Arg("any number; it comes back", INT32_LOW, INT32_HIGH)]
Uptime = Annotated[float, Arg("seconds since the engine started", 0)]


@from_client("/bridge/hello", "`/bridge/welcome`, then one `/bridge/offer` a request and one `/bridge/model` a model")
@dataclass(frozen=True)
class Hello(Message):
    """Opens a session; said again it changes the reply port and keeps the clips."""

    reply_port: Port
    protocol: Protocol
    client: Annotated[str, Arg("the client's name, for the engine's log", high=MAX_NAME_LETTERS)]


@from_engine("/bridge/welcome")
@dataclass(frozen=True)
class Welcome(Message):
    """Answers hello with the version spoken here; session 0 means that the client's version is not spoken."""

    protocol: Protocol
    version: Annotated[str, Arg("the engine's own version", high=MAX_NAME_LETTERS)]
    session: Annotated[int, Arg("the session's number; a new one means that clips sent before are gone", 0, INT32_HIGH)]


@from_engine("/bridge/offer")
@dataclass(frozen=True)
class Offer(Message):
    """One request that this engine does; sent after welcome, so that a client shows no button in vain."""

    request_address: Annotated[str, Arg("its address, such as `/bridge/vary`", high=MAX_NAME_LETTERS)]


@from_engine("/bridge/model")
@dataclass(frozen=True)
class Model(Message):
    """One model that the engine has; sent after welcome, before `/bridge/ready`, and whenever models come or change."""

    name: ModelName
    kind: Annotated[str, Arg("the kind of clips that it is for: `melody`, `drums`, `trio`", high=MAX_NAME_LETTERS)]
    bars: Annotated[int, Arg("bars that it sees at once; longer clips are handled in overlapping windows", 0)]
    latent_dim: Annotated[int, Arg("size of its latent", 0)]
    ready: Annotated[int, Arg("1 where it is warm, 0 while it is being warmed", 0, 1)]


@from_engine("/bridge/ready")
@dataclass(frozen=True)
class Ready(Message):
    """The models are warm; sent once to each client that said hello before."""


@from_client("/bridge/use", "`/bridge/using`")
@dataclass(frozen=True)
class Use(Message):
    """From now on this client's requests and its morph go through that model, wherever one of its part is needed.

    What plays goes on until the other model's pattern is there. `/bridge/sample` names its model itself.
    """

    model: ModelName


@from_engine("/bridge/using")
@dataclass(frozen=True)
class Using(Message):
    """Which model plays a part for this client; answers use, and follows the models wherever they are told."""

    part: Annotated[
        str, Arg("the model's kind, or `humanize` or `drumify` where that is all it does", high=MAX_NAME_LETTERS)
    ]
    model: ModelName


@from_client("/bridge/ping", "`/bridge/pong`")
@dataclass(frozen=True)
class Ping(Message):
    """Shows that the client is alive, and asks whether the engine is."""

    token: Token


@from_engine("/bridge/pong")
@dataclass(frozen=True)
class Pong(Message):
    """Answers ping."""

    token: Token
    uptime_s: Uptime


@from_client("/bridge/bye", "`/bridge/bye`")
@dataclass(frozen=True)
class Bye(Message):
    """Ends the session; its clips are dropped and what it waits for is cancelled."""


@from_engine("/bridge/bye")
@dataclass(frozen=True)
class Goodbye(Message):
    """The session is over: the client said bye, or the engine is stopping."""


@from_engine("/bridge/status")
@dataclass(frozen=True)
class Status(Message):
    """Sent each second to every client that said hello."""

    uptime_s: Uptime
    queue_depth: Annotated[int, Arg("requests waiting or at work, and morphs waiting, of all clients", 0)]
    clips: Annotated[int, Arg("clips in the engine's latent cache", 0)]
    cache_hits: Annotated[int, Arg("clips found in the cache since the start", 0)]
    cache_misses: Annotated[int, Arg("clips that had to be encoded since the start", 0)]
    p95_ms: Annotated[float, Arg("95 of 100 of the latest requests took at most this, waiting included", 0)]


@from_engine("/bridge/error")
@dataclass(frozen=True)
class Error(Message):
    """Something was refused or went wrong."""

    request: Annotated[int, Arg("the request that is answered; 0 where there is none", 0, INT32_HIGH)]
    code: Annotated[str, Arg("one of the codes below", high=MAX_NAME_LETTERS)]
    text: Annotated[str, Arg("what was given, what is allowed, what to do")]
    address: Annotated[str, Arg("address of the message that is answered")]
