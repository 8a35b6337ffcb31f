"""`hub`: every sub-command, and errors as one line."""

import sys

from typer.exceptions import Abort, TyperException

from hub import cli_data, cli_members, cli_moving, cli_stack  # noqa: F401 - each adds its sub-commands
from hub.root import FAILED, app

_INTERRUPTED, _PIPE = 130, 141


def main() -> None:
    """Run the command of this process and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; the exit code. An error that nobody foresaw keeps its traceback."""
    try:
        code = app(arguments, prog_name="hub", standalone_mode=False)
    except TyperException as error:
        where = getattr(getattr(error, "ctx", None), "command_path", "hub")
        sys.stderr.write(f"error: {error.format_message().rstrip('.')}; see `{where} --help`\n")
        return FAILED
    except (Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has ended
        return _PIPE
    except Exception as error:  # what is foreseen becomes one line; anything else is raised again
        from hub.errors import foreseen

        line = foreseen(error)
        if line is None:
            raise
        sys.stderr.write(f"error: {line}\n")
        return FAILED
    return code if isinstance(code, int) else 0
