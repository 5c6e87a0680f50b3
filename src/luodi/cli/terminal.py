"""What a verb says and where: results to standard output, all else to standard error.

Rich is imported by the first table or bar, so that a short answer comes at once.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO

from luodi.cli.language import foretold, language
from luodi.cli.streams import harmless, reader, survives
from luodi.evidence.catalogue import Lang, Param, say
from luodi.evidence.errors import LuodiError
from luodi.evidence.progress import Cancellation, Progress, Silent

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

_current: ContextVar[Terminal] = ContextVar("terminal")


class Terminal:
    """One run's voice.

    ``lang`` is the reader's language, ``json`` whether a program reads, ``exit_code`` what the run
    will end with, ``command`` the verb, ``gate check``.
    """

    def __init__(self, out: TextIO, err: TextIO, lang: Lang, *, json: bool = False) -> None:
        self.lang = lang
        self.json = json
        self.command = ""
        self.exit_code = 0
        self._out = out
        self._err = err
        self._finished = False
        self._consoles: dict[int, Console] = {}

    @classmethod
    def opened(cls, words: Sequence[str]) -> Terminal:
        """Open the process's own streams, for the language and form the words ask for."""
        out, err = survives(sys.stdout), survives(sys.stderr)
        wants_json, asked = foretold(words)
        return cls(out, err, language(asked, os.environ, out.encoding), json=wants_json)

    @staticmethod
    def current() -> Terminal:
        """Find the terminal of the running command."""
        return _current.get()

    @contextlib.contextmanager
    def active(self) -> Iterator[Terminal]:
        """Be the terminal of what runs inside."""
        token = _current.set(self)
        try:
            yield self
        finally:
            _current.reset(token)

    def enter(self, path: str) -> None:
        """Note which command was reached: ``luodi gate check``."""
        self.command = path.partition(" ")[2]

    @property
    def help_line(self) -> str:
        """The line that shows the help of the command at hand."""
        return " ".join(["luodi", *self.command.split(), "--help"])

    # --- results ----------------------------------------------------------------------------------

    def finish(self, payload: Any, draw: Callable[[], None], exit_code: int = 0) -> None:
        """Give the result, once: `payload` to a program, `draw` to a person.

        `payload` is anything msgspec encodes; decimals become text, times ISO 8601.
        """
        if self._finished:
            raise RuntimeError("a command has one result")
        self._finished = True
        self.exit_code = exit_code
        if self.json:
            self._write_json({"command": self.command, "exit": exit_code, "result": payload})
        else:
            draw()

    def say(self, code: str, params: Mapping[str, Param] | None = None) -> None:
        """Say a sentence of the result."""
        self._write(self._out, harmless(say(code, params or {}, self.lang)) + "\n")

    def show(self, renderable: RenderableType) -> None:
        """Show something Rich can draw; a plain text is one line, however long."""
        if isinstance(renderable, str):
            self._write(self._out, harmless(renderable) + "\n")
        else:
            self.stdout.print(renderable)

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
        """Make a table: headers by code, cells text, numbers, pills or None."""
        from luodi.cli.draw import table

        return table([say(code, {}, self.lang) for code in headers], rows, self.stdout, self.lang)

    def pill(self, state: str) -> Text:
        """Make the coloured word of a state: pass, warn, fail, stale, untested, absent."""
        from luodi.cli.draw import pill

        return pill(state, self.lang)

    # --- everything else --------------------------------------------------------------------------

    def hint(self, code: str, params: Mapping[str, Param] | None = None) -> None:
        """Say something that is not part of the result."""
        self._write(self._err, say(code, params or {}, self.lang) + "\n")

    def refuse(self, error: LuodiError) -> None:
        """Say why the work could not be done and what to do now; end with the error's code."""
        self.exit_code = error.exit_code
        text, remedy = error.text(self.lang), error.next_step(self.lang)
        if not self.json:
            label = say("cli.error", {"text": text}, self.lang)
            self._complain(label)
            if remedy:
                self._write(self._err, say("cli.remedy", {"text": remedy}, self.lang) + "\n")
            return
        self._complain(say("cli.error", {"text": f"{text} {remedy}".strip()}, self.lang))
        if not self._finished:
            said = {"code": error.code, "text": text, "remedy": remedy, "params": error.params}
            self._write_json({"command": self.command, "exit": error.exit_code, "error": said})

    @contextlib.contextmanager
    def progress(self) -> Iterator[Progress]:
        """Watch a verb: bars where a person looks on, silence otherwise.

        The first Ctrl-C asks the verb to stop at its next report, the second stops it at once.
        """
        cancellation = Cancellation()
        with self._interruptible(cancellation):
            if not self._err.isatty():
                yield Silent(cancellation)
                return
            from luodi.evidence.rich_progress import RichProgress

            with RichProgress(self.lang, self.stderr, cancellation) as bars:
                yield bars

    def complete(self) -> None:
        """Tell a program that the verb ended without a result."""
        if self.json and not self._finished:
            self.finish(None, lambda: None, self.exit_code)

    def close(self) -> None:
        """Hand over everything said."""
        for stream in (self._out, self._err):
            with reader():
                stream.flush()

    def abandon(self) -> None:
        """Send what is left nowhere, so that the interpreter does not trip over it at exit."""
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._out.fileno())
            os.close(nowhere)

    @property
    def encoding(self) -> str:
        """The encoding of standard output."""
        return self._out.encoding

    @property
    def stdout(self) -> Console:
        """The Rich console of results."""
        return self._console(self._out)

    @property
    def stderr(self) -> Console:
        """The Rich console of everything else."""
        return self._console(self._err)

    def _console(self, stream: TextIO) -> Console:
        from luodi.cli.draw import console

        return self._consoles.setdefault(id(stream), console(stream))

    def _complain(self, text: str) -> None:
        if not self._err.isatty():
            self._write(self._err, text + "\n")
            return
        from rich.text import Text

        self.stderr.print(Text(text, style="red"), soft_wrap=True)

    def _write_json(self, value: Mapping[str, Any]) -> None:
        import json

        import msgspec

        plain = msgspec.to_builtins(value, str_keys=True, enc_hook=_plain)
        utf8 = codecs.lookup(self._out.encoding).name == "utf-8"
        text = json.dumps(plain, ensure_ascii=not utf8, allow_nan=False)
        # What UTF-8 cannot hold is a lone surrogate from a file name; escaped, it is still JSON.
        self._write(self._out, text.encode("utf-8", "backslashreplace").decode() + "\n")

    def _write(self, stream: TextIO, text: str) -> None:
        with reader():
            stream.write(text)

    @contextlib.contextmanager
    def _interruptible(self, cancellation: Cancellation) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        notice = say("cli.stopping", {}, self.lang) + "\n"

        def stop(signum: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            cancellation.request()
            # A handler may run in the middle of a print; only a bare write is safe here.
            with contextlib.suppress(OSError, ValueError):
                os.write(self._err.fileno(), notice.encode(self._err.encoding, "replace"))

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
