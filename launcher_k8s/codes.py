"""What each diagnostic code means, once: severity, title, explanation, and an example that provokes it.

Findings take their severity from here; a reference page and ``explain`` read the rest; a test runs each
example and sees that it provokes its code, and no other at its severity. Source: domain, section 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from launcher_k8s.diagnostics import Severity

MAIN: Final = "launcher.kubernetes.conf"
PROFILES: Final = "launcher.kubernetes.profiles.conf"
RESOURCES: Final = "launcher.kubernetes.resources.conf"
LAUNCHER: Final = "launcher.conf"
CONNECT: Final = "rstudio-connect.gcfg"


@attrs.frozen
class CodeExample:
    """A configuration directory that provokes a code.

    Args:
        files: Texts by name; None for a file that is there and cannot be read. A main file that names a
            cluster and a token is added where there is neither that nor Connect's file.
        groups: The groups that the host has, and jsmith as its user; not asked for, where None.
        environ: The environment.
        mode: Permission bits of the files other than the configuration's own.
        owner: The account that owns them.
        besides: Codes that it cannot but provoke as well.
    """

    files: Mapping[str, str | None]
    groups: frozenset[str] | None = None
    environ: Mapping[str, str] = attrs.field(factory=dict)
    mode: int = 0o600
    owner: str = "rstudio-server"
    besides: frozenset[str] = frozenset()


@attrs.frozen
class CodeInfo:
    """What a code means; ``title`` and ``explanation`` are whole sentences without a place."""

    severity: Severity
    title: str
    explanation: str
    example: CodeExample


_REACHED: Final = "api-url=https://10.0.0.1:6443\nauth-token=opaque\n"
_OFF_HOST: Final = (
    "[Launcher]\nEnabled = true\nKubernetes = true\n"
    "KubernetesAPIURL = https://10.0.0.1:6443\nKubernetesAuthToken = opaque\n"
)
_OVERRIDE: Final = "[*]\njob-json-overrides="
_DEPRECATED: Final = frozenset({"overrides-deprecated"})
_IN_POD: Final = MappingProxyType({"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"})
_TOKEN: Final = "/var/run/secrets/kubernetes.io/serviceaccount/token"  # noqa: S105 - a path


def _main(text: str) -> dict[str, str | None]:
    return {MAIN: _REACHED + text}


def _token_file(text: str | None) -> dict[str, str | None]:
    return {MAIN: "api-url=https://10.0.0.1:6443\nauth-token-path=token\n", "token": text}


def _connect(text: str, **definitions: str) -> dict[str, str | None]:
    """Connect's file with more of its section, and cluster definitions by their names without ``.yaml``."""
    named = {f"{name}.yaml": definition for name, definition in definitions.items()}
    lines = "".join(f"ClusterDefinition = {name}\n" for name in named)
    return {CONNECT: _OFF_HOST + lines + text, **named}


def _profiles(text: str) -> dict[str, str | None]:
    return {PROFILES: text}


def _resources(text: str) -> dict[str, str | None]:
    return {RESOURCES: text}


_ERRORS = {
    "unreadable-file": (
        "A file cannot be read.",
        "This account may not read it, or it is no regular file. Only a file that is not there is left out.",
        CodeExample({RESOURCES: None}),
    ),
    "missing-file": (
        "A file that is needed does not exist.",
        "The main file is needed always; a profiles or override file where a setting names it.",
        CodeExample(_main("profile-config=/nowhere/profiles.conf\n")),
    ),
    "not-text": (
        "A file, or a line of it, is not UTF-8 text.",
        "Files are UTF-8, with or without a byte order mark. NUL bytes and UTF-16 refuse the whole file.",
        CodeExample(_resources("[small]\0\n")),
    ),
    "line-too-long": (
        "A line is too long to be meant.",
        "Lines hold at most 262144 characters; this is probably not a configuration file.",
        CodeExample(_resources("#" * (2**18 + 1))),
    ),
    "more-problems": (
        "A file has more problems than are told.",
        "After a thousand errors the rest is not read; after a thousand warnings the others are counted.",
        CodeExample(_resources("?\n" * 1001), besides=frozenset({"missing-equals"})),
    ),
    "missing-equals": (
        "A line is neither key = value, title nor comment.",
        "Comments start with # or ;, at a line's start or after a blank.",
        CodeExample(_main("watch-timeout-seconds 60\n")),
    ),
    "missing-key": (
        "A line starts with =.",
        "A key goes before the first = of a line.",
        CodeExample(_main("=60\n")),
    ),
    "bad-bracket": (
        "A section title cannot be read.",
        "A title stands in one pair of brackets on a line of its own and names somebody or something.",
        CodeExample(_profiles("[@posit-power-users\nmax-cpus=4\n")),
    ),
    "key-outside-section": (
        "A key stands before any section.",
        "In the profiles and resources files a key means something only below a title.",
        CodeExample(_profiles("max-cpus=4\n[*]\n")),
    ),
    "unexpected-section": (
        "The main file has a section.",
        "All keys of a cluster's main file stand at its top level; sections belong into the other files.",
        CodeExample(_main("[Kubernetes]\n")),
    ),
    "duplicate-key": (
        "A key is set twice in one section.",
        "Which one would win is a guess, so neither does. Overrides are joined in one line with a comma.",
        CodeExample(_profiles("[*]\nmax-cpus=4\nmax-cpus=8\n")),
    ),
    "duplicate-section": (
        "Two resource profiles have the same title.",
        "A title is the name that jobs ask for, so it stands for one resource profile.",
        CodeExample(_resources("[small]\ncpus=1\nmem-mb=512\n[small]\ncpus=2\nmem-mb=512\n")),
    ),
    "reserved-section": (
        "A resource profile is titled custom.",
        "The name stands for jobs that state limits of their own (allow-custom-resources).",
        CodeExample(_resources("[custom]\ncpus=1\nmem-mb=512\n")),
    ),
    "unknown-key": (
        "A key is not known.",
        "A misspelt key would limit nothing. With strict=False this is a warning, and it is passed over.",
        CodeExample(_profiles("[*]\nmax-cpu=4\n")),
    ),
    "missing-option": (
        "A section lacks a key that is required.",
        "A resource profile states cpus and mem-mb.",
        CodeExample(_resources("[small]\ncpus=1\n")),
    ),
    "bad-value": (
        "A value is not of its key's kind.",
        "Numbers are plain, without Kubernetes suffixes; memory is in MB.",
        CodeExample(_resources("[small]\ncpus=500m\nmem-mb=512\n")),
    ),
    "out-of-range": (
        "A number is too small or too large.",
        "No amount is negative, and some keys need at least 1.",
        CodeExample(_main("fetch-limit=0\n")),
    ),
    "bad-ratio": (
        "A request ratio is outside (0, 1].",
        "A ratio is the share of a limit that is requested: above 0, at most 1.",
        CodeExample(_profiles("[*]\ncpu-request-ratio=1.5\n")),
    ),
    "bad-overrides": (
        "Overrides are not pairs of pointer and file.",
        'The value is "pointer":"file","pointer2":"file2", each in double quotes.',
        CodeExample(_profiles(f"{_OVERRIDE}/spec/suspend:suspend.json\n")),
    ),
    "bad-pointer": (
        "An override's pointer cannot be read.",
        "It is a JSON pointer (RFC 6901): tokens after slashes, an index as /0, the end of an array as /-.",
        CodeExample(_profiles(f'{_OVERRIDE}"spec":"spec.json"\n') | {"spec.json": "{}"}),
    ),
    "bad-json": (
        "An override's file is not JSON.",
        "It holds one JSON value of any type, no key twice in an object, and is read with the configuration.",
        CodeExample(_profiles(f'{_OVERRIDE}"/spec/x":"x.json"\n') | {"x.json": "{'a'}"}, besides=_DEPRECATED),
    ),
    "no-cluster": (
        "launcher.conf names clusters, but none of type Kubernetes.",
        "Clusters of other types are not this library's.",
        CodeExample({LAUNCHER: "[cluster]\nname=Local\ntype=Local\n"}),
    ),
    "duplicate-cluster": (
        "Two clusters have the same name.",
        "A job says by its name which cluster it is for.",
        CodeExample({LAUNCHER: "[cluster]\ntype=Kubernetes\n[cluster]\ntype=Kubernetes\n"}),
    ),
    "shared-scratch-path": (
        "Two clusters share a scratch directory.",
        "A cluster's templates are in its scratch directory: one cluster's would be used for both.",
        CodeExample(
            {
                LAUNCHER: "[cluster]\nname=A\ntype=Kubernetes\n[cluster]\nname=B\ntype=Kubernetes\n",
                MAIN: f"{_REACHED}scratch-path=/scratch\n",
            }
        ),
    ),
    "connect-not-off-host": (
        "Connect's file does not say that content runs on Kubernetes.",
        "Both Enabled and Kubernetes of [Launcher] must be true; Connect would not use the cluster.",
        CodeExample({CONNECT: _OFF_HOST.replace("Enabled = true", "Enabled = false")}),
    ),
    "bad-quoting": (
        "A value of Connect's file has a quote or backslash too many.",
        'Inside a value \\" is a quote and \\\\ a backslash; a quote that is opened must be closed.',
        CodeExample(_connect('DataDir = "nfs01:/srv\n')),
    ),
    "placeholder": (
        "A value still holds the placeholder of a guide.",
        "What stands in < and > is meant to be replaced.",
        CodeExample(_connect("DataDir = <nfs-host>:/srv\n")),
    ),
    "two-data-dirs": (
        "Both DataDir and DataDirPVCName are set.",
        "Jobs find Connect's data in one place: an NFS export or a persistent volume claim.",
        CodeExample(_connect("DataDir = nfs01:/srv\nDataDirPVCName = connect-data\n")),
    ),
    "bad-yaml": (
        "A cluster definition is not the YAML that is read.",
        "It is one document of at most 1 MiB, no anchors with aliases, no tags, not nested deeply.",
        CodeExample(_connect("", content="images: [r:4\n")),
    ),
    "bad-definition": (
        "A cluster definition is not a name and a list of images.",
        "Each image has a name; python, r and quarto have installations, each with path and version.",
        CodeExample(_connect("", content="images:\n- r:4\n")),
    ),
}

_WARNINGS = {
    "missing-api-url": (
        "The API server's URL is not known.",
        "Without it jobs can be planned; a backend that is to reach the cluster refuses.",
        CodeExample({MAIN: "auth-token=opaque\n"}),
    ),
    "missing-token": (
        "No token is set.",
        "Without one jobs can be planned; a backend that is to reach the cluster refuses.",
        CodeExample({MAIN: "api-url=https://10.0.0.1:6443\n"}),
    ),
    "two-tokens": (
        "Both auth-token and auth-token-path are set.",
        "The path wins: its file is read again when the token is rotated.",
        CodeExample(_main("auth-token-path=token\n") | {"token": "opaque"}),
    ),
    "unverified-certificates": (
        "The API server's certificate is not verified.",
        "Whoever is between this host and the API server could read the token and act with it.",
        CodeExample(_main("verify-ssl-certs=0\n")),
    ),
    "unreadable-token": (
        "The token file cannot be read.",
        "It may be readable for the server user only; with this account the cluster cannot be reached.",
        CodeExample(_token_file(None)),
    ),
    "exposed-token": (
        "Every account of the host can read the token file.",
        "Whoever has the token can do in the cluster what the Launcher can.",
        CodeExample(_token_file("t"), mode=0o644),
    ),
    "foreign-token": (
        "The token file belongs to an account other than the server user and root.",
        "Its owner can replace the token, and read it.",
        CodeExample(_token_file("t"), owner="eve"),
    ),
    "unreadable-for-server-user": (
        "The server user could not read a file that was read here.",
        "It reads the files at every reload. Owner, group and mode are judged, of directories too; no lists.",
        CodeExample(_token_file("t"), mode=0o000),
    ),
    "unreadable-service-account": (
        "A file of the pod's service account cannot be read.",
        "Inside a pod, token and certificates come from it where the main file sets none.",
        CodeExample({MAIN: "auth-token=opaque\n", _TOKEN.replace("token", "ca.crt"): None}, environ=_IN_POD),
    ),
    "repeated-section": (
        "A profiles section stands twice.",
        "That is legal: each applies in its place, from top to bottom.",
        CodeExample(_profiles("[jsmith]\nmax-cpus=4\n[jsmith]\nmax-mem-mb=512\n")),
    ),
    "place-matters": (
        "A section comes after a more specific one and wins over it.",
        "For each key the last matching section wins, be it more specific or less.",
        CodeExample(_profiles("[jsmith]\nmax-cpus=4\n[*]\nmax-cpus=2\n")),
    ),
    "unknown-group": (
        "A section is for a group that the host does not know.",
        "It applies to nobody whose groups the host is asked for; groups can also be given by hand.",
        CodeExample(_profiles("[@posit-power-user]\nmax-cpus=4\n"), groups=frozenset({"posit-power-users"})),
    ),
    "unknown-user": (
        "A section is for a user whom the host does not know, and another name is near.",
        "Groups begin with @, everyone is *. Nothing is said of an unknown name that resembles none.",
        CodeExample(_profiles("[posit-power-users]\nmax-cpus=4\n"), groups=frozenset({"posit-power-users"})),
    ),
    "unknown-server-user": (
        "The server user is no account of the host.",
        "The Launcher runs as it. Told where server-user is set, and the host is asked.",
        CodeExample(_main("server-user=rstudio-sevrer\n"), groups=frozenset({"rstudio-server"})),
    ),
    "default-over-maximum": (
        "A default is over the maximum.",
        "It is cut to the maximum for those whom both are set for.",
        CodeExample(_profiles("[*]\ndefault-cpus=4\nmax-cpus=2\n")),
    ),
    "below-least": (
        "An amount, or the share that a ratio leaves, is less than Kubernetes can give.",
        "The least are 0.001 cores and one byte: less is refused, and a smaller share is requested as that.",
        CodeExample(_profiles("[*]\ndefault-cpus=0.0005\n")),
    ),
    "request-over-limit": (
        "A request is over the limit.",
        "Kubernetes refuses that: a default request is cut to the limit, a resource profile's is refused.",
        CodeExample(_resources("[small]\ncpus=1\ncpus-request=2\nmem-mb=512\n")),
    ),
    "profile-over-maximum": (
        "A resource profile is offered to somebody whose maxima forbid it.",
        "It is shown to users and refused when they ask for it.",
        CodeExample(_profiles("[*]\nmax-mem-mb=256\n") | _resources("[small]\ncpus=1\nmem-mb=512\n")),
    ),
    "nothing-allowed": (
        "Somebody may neither state limits nor name a resource profile that there is.",
        "With allow-custom-resources=0 a job has to name a resource profile; without any, all are refused.",
        CodeExample(_profiles("[*]\nallow-custom-resources=0\n")),
    ),
    "undefined-resource-profile": (
        "resource-profiles names a profile that does not exist.",
        "Names are the titles of sections of the resources file, not the names shown to users.",
        CodeExample(_profiles("[*]\nresource-profiles=smal\n") | _resources("[small]\ncpus=1\nmem-mb=512\n")),
    ),
    "impossible-name": (
        "An image or node label that is offered can exist nowhere.",
        "An image has neither blanks nor semicolons; a label is key:value of letters, digits, -, _ and dots.",
        CodeExample(_profiles("[*]\ncontainer-images=r:4;r:3\n")),
    ),
    "default-image-not-offered": (
        "The default image is not among the images offered, and others are refused.",
        "A job that names no image would be refused.",
        CodeExample(
            _profiles("[*]\ncontainer-images=r:4\ndefault-container-image=r:5\nallow-unknown-images=0\n")
        ),
    ),
    "dropped-overrides": (
        "A section's overrides drop those of an earlier section.",
        "Values are replaced, never merged, so earlier pointers are lost where both sections match.",
        CodeExample(
            _profiles(f'{_OVERRIDE}"/spec/a":"1.json"\n[jsmith]\njob-json-overrides="/spec/b":"1.json"\n')
            | {"1.json": "1"},
            besides=_DEPRECATED,
        ),
    ),
    "repeated-pointer": (
        "A line of overrides has the same pointer twice.",
        "They are applied in order, so the later value wins; only a pointer that ends in /- appends.",
        CodeExample(
            _profiles(f'{_OVERRIDE}"/spec/a":"1.json","/spec/a":"1.json"\n') | {"1.json": "1"},
            besides=_DEPRECATED,
        ),
    ),
    "overridden-contract": (
        "An override sets what jobs rely on, or what is set after it.",
        "A job's state, output and identity hang on it. Some of it is refused when a job is planned.",
        CodeExample(
            _profiles(f'{_OVERRIDE}"/spec/parallelism":"2.json"\n') | {"2.json": "2"}, besides=_DEPRECATED
        ),
    ),
    "overrides-ignored": (
        "Overrides are configured while templating is on.",
        "With use-templating=1 the templates alone make the objects.",
        CodeExample(
            _main("use-templating=1\n") | _profiles(f'{_OVERRIDE}"/spec/a":"1.json"\n') | {"1.json": "1"},
            besides=_DEPRECATED,
        ),
    ),
    "cut-value": (
        "A comment cuts a value of Connect's file short.",
        "In git-config's syntax # and ; begin a comment wherever they stand outside double quotes.",
        CodeExample(_connect("ScratchPath = /srv/connect#2\n")),
    ),
    "misspelt-key": (
        "A key is passed over that looks like one of ours.",
        "launcher.conf and Connect's files hold much that is not ours: an unknown key is no error in them.",
        CodeExample(_connect("KubernetesNamepsace = content\n")),
    ),
    "repeated-key": (
        "A key of Connect's file that has one value is set twice.",
        "The last one holds, as git-config's syntax has it; only ClusterDefinition is a list.",
        CodeExample(_connect("KubernetesNamespace = a\nKubernetesNamespace = b\n")),
    ),
    "launcher-namespace": (
        "Connect's jobs run in the namespace rstudio.",
        "It is the Workbench Launcher's default: a namespace of Connect's own keeps their jobs apart.",
        CodeExample(_connect("KubernetesNamespace = rstudio\n")),
    ),
}

_OVERRIDE_ERRORS = {
    "inapplicable-override": (
        "An override can be applied to no job.",
        "Its pointer leads nowhere, so every job of its section is refused. Looked for by check-config.",
        CodeExample(
            _profiles(f'{_OVERRIDE}"/spec/template/spec/containers/main/tty":"1.json"\n')
            | {"1.json": "true"},
            besides=_DEPRECATED,
        ),
    ),
}

_SCHEMA_WARNINGS = {
    "overridden-schema": (
        "An override sets what Kubernetes does not know, or would refuse.",
        "Kubernetes drops an unknown field in silence. Looked for by check-config, with the extra schemas.",
        CodeExample(
            _profiles(f'{_OVERRIDE}"/spec/template/spec/hostAlias":"hosts.json"\n') | {"hosts.json": "[]"},
            besides=_DEPRECATED,
        ),
    ),
}

SCHEMA_CODES: Final = frozenset({*_OVERRIDE_ERRORS, *_SCHEMA_WARNINGS})
"""What no reading of files finds, but :mod:`launcher_k8s.schemas`."""

_INFOS = {
    "overrides-deprecated": (
        "Overrides are deprecated by the vendor.",
        "They work; what they do can be said in job.tpl as well.",
        CodeExample(_profiles(f'{_OVERRIDE}"/spec/a":"1.json"\n') | {"1.json": "1"}),
    ),
    "constraints-not-offered": (
        "A resource profile's placement constraint is not offered to its users.",
        "It need not be; the vendor's plugin seems to want it among placement-constraints.",
        CodeExample(_resources("[gpu]\ncpus=1\nmem-mb=512\nplacement-constraints=gpu:a100\n")),
    ),
}

CODES: Mapping[str, CodeInfo] = MappingProxyType(
    {
        code: CodeInfo(severity, title, explanation, example)
        for severity, table in (
            (Severity.ERROR, _ERRORS),
            (Severity.ERROR, _OVERRIDE_ERRORS),
            (Severity.WARNING, _WARNINGS),
            (Severity.WARNING, _SCHEMA_WARNINGS),
            (Severity.INFO, _INFOS),
        )
        for code, (title, explanation, example) in table.items()
    }
)
