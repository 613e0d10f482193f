"""Options of lint and of other commands; to import them reads no case, as cli/options.py does."""

from typing import Annotated

import typer

#: Whether the commands run with which dockerd-lab.yaml renders configurations.
Render = Annotated[
    bool, typer.Option("--render", help="run the commands that render configurations")
]
#: Whether findings are printed as annotations besides.
Github = Annotated[
    bool, typer.Option("--github", help="print annotations for a workflow of GitHub's")
]
