"""Rules for what keeps a job from starting: its pod is not made, or its container is not."""

from __future__ import annotations

from typing import Final

from launcher_k8s.cause import Cause
from launcher_k8s.diagnosis.rules import Rule, rule

_CREATING = 'FailedCreate: Error creating: pods "build-3k2r9xqd" is forbidden: '


POD_RULES: Final[tuple[Rule, ...]] = (
    rule(
        Cause.QUOTA,
        r"exceeded quota: (?P<quota>[^,]+), requested: (?P<asked>\S+?), "
        r"used: (?P<used>\S+?), limited: (?P<most>\S+)",
        "The namespace's quota {quota} has no room for the job: requested {asked}, used {used}, "
        "allowed {most}.",
        "wait until other jobs have ended, ask for less, or ask an administrator to raise the quota",
        _CREATING + "exceeded quota: team, requested: requests.memory=2Gi, used: requests.memory=0, "
        "limited: requests.memory=1Gi",
        _CREATING + "exceeded quota: team, requested: pods=1, used: pods=0, limited: pods=0",
        _CREATING + "exceeded quota: team, requested: limits.cpu=4,pods=1, used: limits.cpu=8,pods=5, "
        "limited: limits.cpu=10,pods=5",
    ),
    rule(
        Cause.QUOTA,
        r"failed quota: (?P<quota>[^:]+): must specify (?P<asked>.+?)(?: for: .*)?$",
        "The namespace's quota {quota} wants every job to say {asked}, and this one does not.",
        "say it in the job, or have an administrator set a default in the profiles or by a limit range",
        _CREATING + "failed quota: team: must specify requests.memory for: rs-launcher-container",
    ),
    rule(
        Cause.LIMIT_RANGE,
        r"(?P<which>maximum|minimum) (?P<resource>\S+) usage per (?P<per>\w+) is (?P<limit>[^,.\s]+)"
        r"(?:, but (?P<kind>request|limit) is (?P<asked>[^,\s\]]+)|\.  No (?:request|limit) is specified)",
        "The namespace's limit range does not allow the job: {which} {resource} per {per} is {limit}.",
        "ask for an amount within it, or have an administrator change the limit range",
        _CREATING + "maximum memory usage per Container is 64Mi, but limit is 128Mi",
        _CREATING + "minimum cpu usage per Container is 10m, but request is 1m",
        _CREATING + "[maximum cpu usage per Pod is 1, but limit is 2, maximum memory usage per Container is "
        "64Mi, but limit is 128Mi]",
        _CREATING + "maximum memory usage per Container is 64Mi.  No limit is specified",
    ),
    rule(
        Cause.LIMIT_RANGE,
        r"(?P<resource>\S+) max limit to request ratio per (?P<per>\w+) is (?P<limit>[^,\s]+), "
        r"but (?P<asked>[^\]]+)",
        "The namespace's limit range does not allow the job: its limit of {resource} may be {limit} times "
        "its "
        "request at most, and {asked}.",
        "ask for a request nearer to the limit, or have an administrator change the limit range",
        _CREATING + "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000",
    ),
    rule(
        Cause.SERVICE_ACCOUNT,
        r'serviceaccount "(?P<name>[^"]+)" not found',
        "There is no service account {name} in the job's namespace.",
        "choose another one, or have an administrator make it",
        _CREATING + 'error looking up service account rstudio/robot: serviceaccount "robot" not found',
    ),
    rule(
        Cause.ADMISSION,
        r'admission webhook "(?P<name>[^"]+)" denied the request(?:: (?P<why>.+)| without explanation)',
        "The cluster's admission webhook {name} does not allow the job's pod.",
        "change what it objects to, or ask the administrator who runs the webhook",
        'FailedCreate: Error creating: admission webhook "policy.example.org" denied the request: no latest '
        "tags",
        'FailedCreate: Error creating: admission webhook "policy.example.org" denied the request without '
        "explanation",
    ),
    rule(
        Cause.ADMISSION,
        r'failed calling webhook "(?P<name>[^"]+)"',
        "The cluster's admission webhook {name}, which has to allow every pod, does not answer.",
        "wait, or tell the administrator who runs the webhook: Kubernetes tries again",
        "FailedCreate: Error creating: Internal error occurred: failed calling webhook "
        '"policy.example.org": failed '
        'to call webhook: Post "https://policy.guard.svc:443/?timeout=10s": service "policy" not found',
    ),
    rule(
        Cause.ADMISSION,
        r"ValidatingAdmissionPolicy '(?P<name>[^']+)'.* denied request",
        "The cluster's admission policy {name} does not allow the job's pod.",
        "change what it objects to, or ask an administrator",
        _CREATING + "ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request: no latest tags",
    ),
    rule(
        Cause.ADMISSION,
        r'violates PodSecurity "(?P<name>[^"]+)"',
        "The security standard of the job's namespace ({name}) does not allow its pod.",
        "leave out what is named, or have an administrator set a security context or another standard",
        _CREATING + 'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container '
        '"rs-launcher-container" must set securityContext.allowPrivilegeEscalation=false)',
    ),
    rule(
        Cause.ADMISSION,
        r'no PriorityClass with name (?P<priority>\S+) was found|RuntimeClass "(?P<runtime>[^"]+)" not found',
        "The job's pod names a priority class or runtime class that the cluster does not have.",
        "have an administrator make it, or change the template or override that names it",
        _CREATING + "no PriorityClass with name urgent was found",
        _CREATING + 'pod rejected: RuntimeClass "gvisor" not found',
    ),
    rule(
        Cause.ADMISSION,
        r"^FailedCreate: ",
        "Kubernetes cannot make the job's pod.",
        "the detail says what refuses it: change the job, or ask an administrator",
        'FailedCreate: Error creating: Pod "build-3k2r9xqd" is invalid: spec.containers[0].image: Required '
        "value",
        is_vague=True,
    ),
)

NODE_RULES: Final[tuple[Rule, ...]] = (
    rule(
        Cause.CONFIG_MISSING,
        r"^(?:CreateContainerConfigError|FailedMount|Failed): .*configmap \"(?P<name>[^\"]+)\" not found",
        "The job needs the config map {name}, which is not in its namespace.",
        "correct the name, or have it made there: the job starts by itself then",
        'CreateContainerConfigError: configmap "settings" not found',
        'FailedMount: MountVolume.SetUp failed for volume "v" : configmap "settings" not found',
    ),
    rule(
        Cause.CONFIG_MISSING,
        r"^(?:CreateContainerConfigError|FailedMount|Failed): .*secret \"(?P<name>[^\"]+)\" not found",
        "The job needs the secret {name}, which is not in its namespace.",
        "correct the name, or have it made there: the job starts by itself then",
        'CreateContainerConfigError: secret "password" not found',
        'FailedMount: MountVolume.SetUp failed for volume "v" : secret "password" not found',
        'Failed: Error: secret "password" not found',
    ),
    rule(
        Cause.CONFIG_MISSING,
        r"couldn't find key (?P<key>\S+) in (?P<kind>Secret|ConfigMap) \S*?/(?P<name>\S+)"
        r"|references non-existent (?P<what>secret|config) key: (?P<missing>\S+)",
        "The job needs a key of a secret or config map that does not have it.",
        "correct the key's name, or have it added: the job starts by itself then",
        "CreateContainerConfigError: couldn't find key token in Secret rstudio/password",
        "CreateContainerConfigError: couldn't find key token in ConfigMap rstudio/settings",
        'FailedMount: MountVolume.SetUp failed for volume "v" : references non-existent secret key: token',
    ),
    rule(
        Cause.NOT_EXECUTABLE,
        r"runAsNonRoot",
        "The job's container may not run as root, and its image would.",
        "run it as another user (run-as), or have an administrator change the security context",
        "CreateContainerConfigError: container has runAsNonRoot and image will run as root (pod: x, "
        "container: y)",
    ),
    rule(
        Cause.CONFIG_MISSING,
        r"^CreateContainerConfigError\b",
        "The job's container cannot be configured.",
        "the detail says what is missing",
        "CreateContainerConfigError: services have not yet been read at least once, cannot construct envvars",
        is_vague=True,
    ),
    rule(
        Cause.VOLUME,
        r'^(?:FailedMount|FailedAttachVolume|FailedMapVolume): .*?for volume "(?P<volume>[^"]+)"',
        "The volume {volume} cannot be mounted.",
        "check what the mount names (server, path, claim); the detail is for an administrator",
        'FailedMount: MountVolume.SetUp failed for volume "mount0" : hostPath type check failed: /data is '
        "not a "
        "directory",
        'FailedMount: MountVolume.SetUp failed for volume "mount0" : mount failed: exit status 32\nMounting '
        "command: "
        "mount\nMounting arguments: -t nfs nfs.example.org:/home /x\nOutput: mount.nfs: Connection timed out",
        'FailedAttachVolume: Multi-Attach error for volume "pvc-1" Volume is already exclusively attached '
        "to one node "
        "and can't be attached to another",
    ),
    rule(
        Cause.VOLUME,
        r"^(?:FailedMount|FailedAttachVolume|FailedMapVolume)\b",
        "A volume of the job cannot be mounted.",
        "check what its mounts name (servers, paths, claims); the detail is for an administrator",
        "FailedMount: Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[v]: "
        "timed out "
        "waiting for the condition",
        is_vague=True,
    ),
    rule(
        Cause.SANDBOX,
        r"^(?:FailedCreatePodSandBox|FailedCreatePodSandbox|NetworkNotReady|FailedPodSandBoxStatus)\b",
        "The node cannot set up the job's pod: its network or its runtime fails.",
        "tell an administrator; Kubernetes tries again",
        "FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unknown desc = failed to "
        "setup network "
        'for sandbox "1": plugin type="calico" failed (add): error getting ClusterInformation',
        "NetworkNotReady: network is not ready: container runtime network not ready: NetworkReady=false "
        "reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized",
    ),
    rule(
        Cause.SUSPENDED,
        r"^the job is suspended",
        "The job is suspended: Kubernetes starts no pod for it.",
        "resume it, or have who suspended it do so",
        "the job is suspended: no pod is started",
    ),
)
