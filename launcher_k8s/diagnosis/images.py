"""Rules for an image that a node cannot have."""

from __future__ import annotations

from typing import Final

from launcher_k8s.cause import Cause
from launcher_k8s.diagnosis.rules import Rule, rule

_PULL = (
    r"^(?:ErrImagePull|ImagePullBackOff|RegistryUnavailable|SignatureValidationFailed"
    r"|Failed(?=: Failed to pull)): "
)
_IMAGE = r'image "(?P<image>[^"]+)"'
_PULLING = (
    'failed to pull and unpack image "r.example.org/r:4": failed to resolve reference "r.example.org/r:4": '
)

IMAGE_RULES: Final[tuple[Rule, ...]] = (
    rule(
        Cause.IMAGE_NAME,
        r"^(?:InvalidImageName|InspectFailed): .*parse image name \"(?P<image>[^\"]+)\"",
        "{image} cannot be the name of an image.",
        "correct it: host/path:tag, the path in lower case",
        'InvalidImageName: Failed to apply default image tag "No/Image:1": couldn\'t parse image name '
        '"No/Image:1": '
        "invalid reference format: repository name (Image) must be lowercase",
    ),
    rule(
        Cause.IMAGE_NAME,
        r"InvalidImageName",
        "The image's name cannot be one.",
        "correct it: host/path:tag, the path in lower case",
        "Failed: Error: InvalidImageName",
    ),
    rule(
        Cause.IMAGE_RATE_LIMIT,
        rf"{_PULL}.*(?:429 Too Many Requests|toomanyrequests|pull rate limit)",
        "The registry has been asked too often and refuses to give the image for now.",
        "wait, Kubernetes tries again; have an administrator set pull credentials or a mirror",
        f"ErrImagePull: {_PULLING}pulling from host r.example.org failed with status code [manifests 4]: "
        f"429 Too Many "
        "Requests",
        f"ErrImagePull: {_PULLING}unexpected status from HEAD request to "
        f"https://registry-1.docker.io/v2/r/manifests/4: "
        "429 Too Many Requests\ntoomanyrequests: You have reached your unauthenticated pull rate limit.",
    ),
    rule(
        Cause.IMAGE_CREDENTIALS,
        rf"{_PULL}.*(?:401 Unauthorized|403 Forbidden|pull access denied|insufficient_scope"
        r"|authorization failed|failed to authorize|no basic auth credentials|unauthorized:)",
        "The registry does not give the image without credentials, or not with those that it was given.",
        "check the image's name; have an administrator set an image pull secret, by "
        "default-image-pull-secret or on "
        "the service account",
        f"ErrImagePull: {_PULLING}pulling from host r.example.org failed with status code [manifests 4]: 401 "
        "Unauthorized",
        f"ErrImagePull: {_PULLING}pulling from host r.example.org failed with status code [manifests 4]: "
        f"403 Forbidden",
        f"ErrImagePull: {_PULLING}pull access denied, repository does not exist or may require "
        f"authorization: server "
        "message: insufficient_scope: authorization failed",
        f"ErrImagePull: {_PULLING}failed to authorize: failed to fetch anonymous token: unexpected status "
        f"from GET "
        "request to https://r.example.org/token: 401 Unauthorized",
    ),
    rule(
        Cause.IMAGE_NOT_FOUND,
        rf"{_PULL}.*{_IMAGE}.*(?:not found|manifest unknown|404 Not Found|no match for platform)",
        "There is no image {image} in its registry.",
        "check its name and tag; an administrator can see the repository",
        f"ErrImagePull: rpc error: code = NotFound desc = {_PULLING}r.example.org/r:4: not found",
        'Failed: Failed to pull image "r.example.org/r:4": rpc error: code = NotFound desc = '
        f"{_PULLING}r.example.org/r:4: not found",
        'ErrImagePull: failed to pull and unpack image "r.example.org/r:4": no match for platform in '
        "manifest: "
        "not found",
    ),
    rule(
        Cause.IMAGE_NOT_FOUND,
        rf"ErrImageNeverPull: .*{_IMAGE} is not present",
        "The image {image} is not on the node, and may not be pulled.",
        "have an administrator load it there, or allow pulling by image-pull-policy",
        'ErrImageNeverPull: Container image "r:4" is not present with pull policy of Never',
    ),
    rule(
        Cause.IMAGE,
        rf"{_PULL}.*(?P<why>no such host|connection refused|i/o timeout|network is unreachable"
        r"|no route to host|context deadline exceeded|registry is unavailable|TLS handshake timeout"
        r"|x509: .*)",
        "The image's registry cannot be reached from the node: {why}.",
        "check the registry's name in the image; else it is for an administrator: the network, DNS, "
        "certificates or a "
        "proxy between node and registry",
        f"ErrImagePull: {_PULLING}failed to do request: Head "
        '"https://r.example.org/v2/r/manifests/4": dial tcp 127.0.0.1:443: connect: connection refused',
        f"ErrImagePull: {_PULLING}failed to do request: Head "
        '"https://r.example.org/v2/r/manifests/4": dial tcp: lookup r.example.org on 10.0.0.10:53: no such '
        "host",
    ),
    rule(
        Cause.IMAGE,
        rf"{_PULL}.*no space left on device",
        "The node's disk has no room for the image.",
        "tell an administrator: the node must clear its disk, or get a larger one",
        'ErrImagePull: failed to pull and unpack image "r:4": failed to extract layer sha256:1: write /x: '
        "no space left "
        "on device",
    ),
    rule(
        Cause.IMAGE,
        r"^(?:ErrImagePull|ImagePullBackOff|ErrImageNeverPull|ImageInspectError|RegistryUnavailable"
        r"|SignatureValidationFailed|InspectFailed)\b|^Failed: (?:Failed to pull image|Error: ErrImage"
        r"|Error: ImagePull)",
        "The job's image cannot be pulled.",
        "check its name; the detail says what failed",
        'ImagePullBackOff: Back-off pulling image "r:4"',
        "Failed: Error: ErrImagePull",
        is_vague=True,
    ),
)
