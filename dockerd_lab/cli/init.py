"""Provides the command that makes a repository a project of dockerd-lab."""

import tempfile
import textwrap
from pathlib import Path
from typing import Annotated

import typer

from dockerd_lab.cli.help_examples import examples
from dockerd_lab.errors import BadInput
from dockerd_lab.init.files import EXAMPLE_FILES, beside_others, project_files
from dockerd_lab.init.find import Found, find_configurations
from dockerd_lab.inputs.collect import collect
from dockerd_lab.project import PROJECT_FILE


def register(app: typer.Typer) -> None:
    """Add the command to the `dockerd-lab` command."""
    app.command(epilog=examples("dockerd-lab init --dry-run", "dockerd-lab init ../hosts"))(init)


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="the root of your repository")
    ] = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="print the files, and write none")
    ] = False,
) -> None:
    """Write dockerd-lab.yaml for the configurations that are there, tox.ini and files for CI.

    A file that exists is left as it is.
    """
    if not directory.is_dir():
        raise BadInput(f"{directory}: not a directory")
    found = find_configurations(directory)
    refused = _refused(directory, found)
    files = project_files(found, refused)
    if _exists(directory / PROJECT_FILE):  # what it declares needs no example
        files = {name: text for name, text in files.items() if name not in EXAMPLE_FILES}
    if dry_run:
        for name, text in files.items():
            exists = _exists(directory / name)
            remark = " (exists, and would be left as it is)" if exists else ""
            print(f"# ----- {directory / name}{remark}")
            print(beside_others(name, text) if exists else text)
        return
    _write(directory, files)
    for line in _what_was_found(found, refused):
        print(line)
    print("next: dockerd-lab lint       # predicts what they do, from the files alone")
    print("      dockerd-lab validate   # tries them, in virtual machines")


def _what_was_found(found: Found, refused: dict[str, str]) -> list[str]:
    """Return what the repository's own configurations are, and which of them are left out."""
    usable = [name for name in found.configurations if name not in refused]
    lines = [f"found: {', '.join(usable) or 'no configuration that can be validated as it lies'}"]
    lines += [f"left out: {name}: {reason.splitlines()[0]}" for name, reason in refused.items()]
    if found.templates:
        where = f"give their command in {PROJECT_FILE}"
        lines.append(f"to be rendered: {', '.join(found.templates)}; {where}")
    return lines


def _exists(file: Path) -> bool:
    return file.exists() or file.is_symlink()


def _refused(directory: Path, found: Found) -> dict[str, str]:
    """Return why a configuration could not be validated as it lies, by its name."""
    refused = {}
    for name, parts in found.configurations.items():
        with tempfile.TemporaryDirectory(prefix="dockerd-lab-") as copy:
            try:
                collect([directory / part for part in parts], Path(copy))
            except BadInput as error:
                refused[name] = str(error)
    return refused


def _write(directory: Path, files: dict[str, str]) -> None:
    """Write the files that do not exist; if one cannot be written, none of them stays."""
    written: list[Path] = []
    try:
        for name, text in files.items():
            file = directory / name
            if _exists(file):
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8") as new:
                written.append(file)
                new.write(text)
    except OSError as error:
        for file in written:
            file.unlink()
        raise BadInput(f"{error.filename}: cannot be written: {error.strerror}") from None
    for name, text in files.items():
        file = directory / name
        if file in written:
            print(f"{file}: written")
        elif _is_regular(file) and file.read_bytes() == text.encode():
            print(f"{file}: exists, and is left as it is")
        else:
            print(f"{file}: exists, and is left as it is; it could have:")
            print(textwrap.indent(beside_others(name, text), "    "))


def _is_regular(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()
