"""The words that the commands understand, as an argparse parser; no rule and no reading of files."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from launcher_k8s._version import __version__
from launcher_k8s.rbac import DEFAULT_ACCOUNT
from launcher_k8s.settings import DEFAULT_DIRECTORY

RUN_FAILED = 125
JOB_FLAGS = (
    "image",
    "resource_profile",
    "cpus",
    "cpus_request",
    "mem_mb",
    "mem_mb_request",
    "nvidia_gpus",
    "amd_gpus",
    "placement_constraints",
)
TEMPLATE_COMMANDS = {
    "generate-templates": "write job.tpl and service.tpl where there are none",
    "validate-templates": "tell what is wrong with templates, with line and path; ends with 1 if anything is",
    "diff-templates": "show how templates differ from the library's own; ends with 1 if they do",
}
CONTROL_COMMANDS = {
    "stop": "ask a running job to end (SIGTERM)",
    "kill": "end a running job at once (SIGKILL)",
    "suspend": "let a running job's processes stand still",
    "resume": "let a suspended job's processes go on",
    "cancel": "see to it that a pending job never starts",
}
_NUMBER = re.compile(r"-?(\d{1,18}(\.\d{0,9})?|\.\d{1,9})", re.ASCII)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; what it gives names the command as ``command``."""
    parser = argparse.ArgumentParser(
        prog="launcher-k8s", description="Runs jobs on Kubernetes as the Posit Job Launcher is configured to."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    _add_run(commands.add_parser("run", help="run a command as a job and follow it to its end"))
    _add_controls(commands)
    _add_one_job(
        commands.add_parser(
            "diagnose", help="tell why a job waits, how it goes on or how it ended, and what to do"
        )
    )
    _add_check_config(
        commands.add_parser(
            "check-config",
            help="tell everything that is wrong with a configuration directory, and what its users get",
            description="Reads a configuration directory, as every other command does, and tells all of its "
            "errors, warnings and infos, each with its place and what to do. Ends with 0 where there is no "
            "error and no warning, else with 1.",
        )
    )
    _add_check(
        commands.add_parser(
            "check",
            help="tell whether a cluster is ready for the jobs of a configuration, and what to do if not",
            description="Looks at a cluster, without making anything on it: whether it answers, which "
            "permissions are missing, whether there is the namespace, a metrics API, a node for all that "
            "users may ask for, and whether the clocks agree. Ends with 0 where there is no error and no "
            "warning, else with 1.",
        )
    )
    _add_rbac(
        commands.add_parser(
            "rbac",
            help="print the service account and the roles that a Launcher needs, for kubectl apply",
        )
    )
    _add_explain(commands.add_parser("explain", help="show what a user gets, and where each value is from"))
    _add_plan(
        commands.add_parser(
            "plan",
            help="show a job's Kubernetes objects: YAML on standard output, decisions on standard error",
        )
    )
    _add_convert_overrides(
        commands.add_parser(
            "convert-overrides",
            help="write job-json-overrides as templates that do the same",
            description="Writes the overrides of a cluster's profiles as a directory of templates that set "
            "the same values for the same users, and proves on sample jobs that they give the same objects: "
            "ends with 0 if they do, else with 1.",
        )
    )
    _add_templates(commands)
    _add_demo(
        commands.add_parser(
            "demo",
            help="run a sample job on a cluster that lives in this command; no other cluster is needed",
            description="Runs a sample job on a cluster that lives in this command and ends with it. "
            "The job's command runs on this machine, as this user; its image is only a name.",
        )
    )
    return parser


def as_command(argv: Sequence[str]) -> Sequence[str]:
    """Words of a command line that may give a command as the plugin does, by a flag: ``--diff-templates``."""
    if argv and argv[0].startswith("--"):
        for index, word in enumerate(argv):
            if word.removeprefix("--") in TEMPLATE_COMMANDS and word.startswith("--"):
                return [word[2:], *argv[:index], *argv[index + 1 :]]
    return argv


def job_flags(arguments: argparse.Namespace) -> dict[str, object]:
    """The flags that describe a job and were given, by the name of the job's option."""
    return {name: value for name in JOB_FLAGS if (value := getattr(arguments, name)) is not None}


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_user_flags(parser)
    _add_job_flags(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--kubeconfig", metavar="F", type=_filled, help="reach the cluster as this kubeconfig file says"
    )
    where.add_argument(
        "--local",
        action="store_true",
        help="run on a cluster that lives in this command and ends with it: the job's command runs on this "
        "machine, as this user, and its image is only a name; without --config and a configuration in "
        f"{DEFAULT_DIRECTORY}, a sample is used",
    )
    parser.add_argument(
        "--env",
        metavar="NAME=VALUE",
        type=_variable,
        action="append",
        default=[],
        dest="variables",
        help="an environment variable of the job; repeatable",
    )
    parser.add_argument(
        "--name", metavar="N", type=_filled, help="the job's name; the program's base name if not given"
    )
    parser.add_argument(
        "--rm", action="store_true", help="remove the job once it has ended, or on an interrupt"
    )
    parser.add_argument("argv", nargs="+", metavar="COMMAND", help="the program and its arguments, after --")


def _add_check_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "config",
        nargs="?",
        metavar="DIR",
        type=_filled,
        default=DEFAULT_DIRECTORY,
        help=f"configuration directory; {DEFAULT_DIRECTORY} by default",
    )
    _add_reading_flags(parser, "do not ask it which users and groups there are")
    parser.add_argument(
        "--cluster", metavar="NAME", help="whose users are shown, where several clusters are configured"
    )
    _add_kubernetes_flag(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_controls(commands: Any) -> None:
    for name, text in CONTROL_COMMANDS.items():
        _add_one_job(commands.add_parser(name, help=text))


def _add_one_job(parser: argparse.ArgumentParser) -> None:
    _add_check(parser)
    parser.add_argument("--user", metavar="U", type=_filled, help="only if it is this user's job")
    parser.add_argument("job_id", metavar="ID", type=_filled, help="the job's id")


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_place_flags(parser)
    parser.add_argument(
        "--kubeconfig", metavar="F", type=_filled, help="reach the cluster as this kubeconfig file says"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_rbac(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--namespace",
        metavar="N",
        type=_filled,
        help="where jobs run; rstudio by default, rstudio-connect with --connect",
    )
    parser.add_argument(
        "--service-account",
        metavar="A",
        type=_filled,
        default=DEFAULT_ACCOUNT,
        help=f"the service account's name; {DEFAULT_ACCOUNT} by default",
    )
    parser.add_argument(
        "--no-nodes",
        action="store_true",
        help="leave out the role in the whole cluster, which tells the nodes' external addresses",
    )
    parser.add_argument("--connect", action="store_true", help="say how to give the token to Posit Connect")
    parser.add_argument("--json", action="store_true", help="print one JSON object, a List")


def _add_explain(parser: argparse.ArgumentParser) -> None:
    _add_user_flags(parser)
    _add_kubernetes_flag(parser)
    parser.add_argument("job", nargs="?", metavar="JOB.json", help="a job to explain; - for standard input")
    _add_job_flags(parser)
    parser.set_defaults(has_job_flags=job_flags)


def _add_plan(parser: argparse.ArgumentParser) -> None:
    _add_user_flags(parser)
    _add_kubernetes_flag(parser)
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="let the API server check the objects too, strictly; none is made",
    )
    parser.add_argument(
        "--kubeconfig",
        metavar="F",
        type=_filled,
        help="with --dry-run: reach the cluster as this kubeconfig file says",
    )
    parser.add_argument("job", metavar="JOB.json", help="the job object; - for standard input")


def _add_convert_overrides(parser: argparse.ArgumentParser) -> None:
    _add_place_flags(parser)
    parser.add_argument(
        "--base",
        metavar="JOB.tpl",
        type=_filled,
        help="the job template to begin with, such as the one that the Launcher has generated; by default "
        "the library's own",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("outdir", metavar="OUTDIR", type=_filled, help="where to; a new or empty directory")


def _add_templates(commands: Any) -> None:
    for name, text in TEMPLATE_COMMANDS.items():
        parser = commands.add_parser(name, help=text)
        _add_place_flags(parser, what="configuration directory, which says where templates are")
        parser.add_argument(
            "--scratch-path",
            metavar="P",
            type=_filled,
            help="the directory of templates, whatever is configured",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")
        if name == "generate-templates":
            parser.add_argument(
                "--jinja",
                action="store_true",
                help="write job.yaml.j2 and service.yaml.j2, in Jinja2, instead",
            )
        if name == "validate-templates":
            parser.add_argument(
                "--user",
                metavar="U",
                type=_filled,
                help="whose jobs are tried; the invoking user's by default",
            )
            parser.add_argument("--verbose", action="store_true", help="show what is rendered, too")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    _add_config_flags(parser, default="a sample")
    parser.add_argument(
        "--user", metavar="U", type=_filled, help="the user to act for; one of the sample by default"
    )
    _add_job_flags(parser)


def _add_user_flags(parser: argparse.ArgumentParser) -> None:
    _add_config_flags(parser, default=DEFAULT_DIRECTORY)
    _add_reading_flags(parser, "do not ask it which users and groups there are, nor for the user's groups")
    parser.add_argument("--user", metavar="U", type=_filled, required=True, help="the user to act for")


def _add_config_flags(parser: argparse.ArgumentParser, *, default: str) -> None:
    _add_place_flags(parser, default=default)
    parser.add_argument(
        "--group",
        metavar="G",
        type=_filled,
        action="append",
        dest="groups",
        help="a group of the user; repeatable; the host is asked where none is given",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_place_flags(
    parser: argparse.ArgumentParser,
    *,
    what: str = "configuration directory",
    default: str = DEFAULT_DIRECTORY,
) -> None:
    parser.add_argument("--config", metavar="DIR", type=_filled, help=f"{what}; {default} by default")
    parser.add_argument("--cluster", metavar="NAME", help="which cluster, where several are configured")


def _add_reading_flags(parser: argparse.ArgumentParser, unasked: str) -> None:
    parser.add_argument(
        "--elsewhere", action="store_true", help=f"this is not the Launcher's host: {unasked}"
    )
    parser.add_argument(
        "--lenient", action="store_true", help="unknown keys are warnings, and are passed over"
    )


def _add_kubernetes_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kubernetes",
        metavar="VERSION",
        type=_filled,
        help="whose schemas the objects are held against, such as 1.36; with the extra schemas the newest is "
        "taken where none is named",
    )


def _add_job_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--image", metavar="I", help="container image")
    parser.add_argument("--resource-profile", metavar="P", help="resource profile, by its section")
    parser.add_argument("--cpus", type=_amount, metavar="N", help="CPU limit, in cores")
    parser.add_argument("--cpus-request", type=_amount, metavar="N", help="CPU request, in cores")
    parser.add_argument("--mem-mb", type=_amount, metavar="N", help="memory limit, in MB (10^6 bytes)")
    parser.add_argument("--mem-mb-request", type=_amount, metavar="N", help="memory request, in MB")
    parser.add_argument("--nvidia-gpus", type=int, metavar="N", help="NVIDIA GPUs")
    parser.add_argument("--amd-gpus", type=int, metavar="N", help="AMD GPUs")
    parser.add_argument(
        "--placement-constraint",
        metavar="KEY[:VALUE]",
        action="append",
        dest="placement_constraints",
        help="a node label to ask for; repeatable",
    )


def _filled(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("an empty value is not taken")
    return text


def _amount(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a plain number")
    return Decimal(text)


def _variable(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not (name and separator):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
