"""Rules for how a job ended, or is about to: by its program, by Kubernetes, or by somebody."""

from __future__ import annotations

from typing import Final

from launcher_k8s.cause import Cause
from launcher_k8s.diagnosis.rules import Rule, rule

_INIT = r"init container '(?P<container>[^']+)'"
_RUNC = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create "
    "failed: "
    "unable to start container process: "
)

START_RULES: Final[tuple[Rule, ...]] = (
    rule(
        Cause.INIT_CONTAINER,
        rf"{_INIT} ended with exit code (?P<code>-?\d+)",
        "The init container {container}, which runs before the job, failed with exit code {code}.",
        "look at its output (`kubectl logs -c`); templates and overrides define init containers",
        "Error: init container 'before' ended with exit code 3",
        f"StartError: init container 'before' ended with exit code 128: {_RUNC}exec: \"/nope\": stat /nope: "
        f"no such file "
        "or directory: unknown",
    ),
    rule(
        Cause.COMMAND_NOT_FOUND,
        r'exec:? "?(?P<program>[^"\n]+?)"?: '
        r"(?:executable file not found in \$PATH|(?:stat .*: )?no such file or directory)",
        "There is no program {program} in the job's image.",
        "correct the command, or choose an image that has it; of a script, check the interpreter in its "
        "first line",
        f'StartError: {_RUNC}exec: "/no/such/program": stat /no/such/program: no such file or directory: '
        f"unknown",
        f'StartError: {_RUNC}exec: "nosuch": executable file not found in $PATH: unknown',
        "exec /srv/run.sh: no such file or directory",
    ),
    rule(
        Cause.EXEC_FORMAT,
        r'exec:? "?(?P<program>[^"\n]+?)"?: exec format error',
        "{program} is no program that the node can execute.",
        "choose an image for the nodes' architecture; a script needs an interpreter in its first line, such "
        "as "
        "#!/bin/sh",
        "exec /srv/run.sh: exec format error",
        f'StartError: {_RUNC}exec: "/srv/run.sh": exec format error: unknown',
    ),
    rule(
        Cause.NOT_EXECUTABLE,
        r'exec:? "?(?P<program>[^"\n]+?)"?: (?:.*: )?(?:permission denied|is a directory)',
        "{program} may not be executed.",
        "make it executable in the image (chmod +x), or run it by an interpreter",
        f'StartError: {_RUNC}exec: "/etc/passwd": permission denied: unknown',
        f'StartError: {_RUNC}exec: "/etc": permission denied: unknown',
        "exec /srv/run.sh: permission denied",
    ),
    rule(
        Cause.START_ERROR,
        r"^(?:StartError|ContainerCannotRun): .*(?:container init: mkdir|chdir to cwd)\b",
        "The job's container could not be started in its working directory.",
        "set a working directory that the job's user can enter, or mount it",
        f"StartError: {_RUNC}error during container init: mkdir /proc/1/x: no such file or directory: "
        f"unknown",
        f'StartError: {_RUNC}chdir to cwd ("/home/jane") set in config.json failed: permission denied: '
        f"unknown",
    ),
    rule(
        Cause.OUT_OF_MEMORY,
        r"container init was OOM-killed|(?:StartError|ContainerCannotRun): .*(?:cannot allocate memory"
        r"|out of memory)",
        "The job's container could not even start within its memory limit.",
        "ask for more memory",
        f"StartError: {_RUNC}container init was OOM-killed (memory limit too low?): unknown",
    ),
    rule(
        Cause.START_ERROR,
        r"^(?:StartError|ContainerCannotRun|CreateContainerError|RunContainerError|PostStartHookError"
        r"|PreStartHookError|Failed: Error): ",
        "The job's container could not be started.",
        "the detail is what the container runtime says: check command, mounts and working directory",
        "CreateContainerError: failed to generate container: failed to apply OCI options: no command "
        "specified",
        "RunContainerError: context deadline exceeded",
        "Failed: Error: context deadline exceeded",
        is_vague=True,
    ),
)

END_RULES: Final[tuple[Rule, ...]] = (
    rule(
        Cause.ATTEMPT_FAILED,
        r"^an attempt failed \((?P<how>.*)\); Kubernetes may start another$",
        "An attempt failed, and Kubernetes may start another: {how}.",
        "look at the output of the attempt",
        "an attempt failed (exit code 5); Kubernetes may start another",
    ),
    rule(
        Cause.OUT_OF_MEMORY,
        r"^OOMKilled: the job used more",
        "The job used more memory than its limit and was killed.",
        "ask for more memory, or have the program use less",
        "OOMKilled: the job used more memory than its limit",
    ),
    rule(
        Cause.OUT_OF_MEMORY,
        r"^OOMKilled\b",
        "A process of the job used more memory than the job's limit and was killed; the job itself ran to "
        "its end.",
        "ask for more memory, or have the program use less",
        "OOMKilled: a process of the job was killed",
    ),
    rule(
        Cause.EVICTED,
        r"Evicted: (?:Usage of EmptyDir volume \"(?P<volume>[^\"]+)\" exceeds"
        r"|.*exceeded its local ephemeral storage"
        r"|Pod ephemeral local storage usage exceeds)",
        "The job wrote more to the node's disk than it may, and its node put it out.",
        "write to a mounted volume, or have the limit of the scratch volume or ephemeral storage raised",
        'Evicted: Usage of EmptyDir volume "scratch" exceeds the limit "1Mi". ',
        "Evicted: Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ",
        'Evicted: Container rs-launcher-container exceeded its local ephemeral storage limit "1Gi". ',
    ),
    rule(
        Cause.EVICTED,
        r"Evicted: The node (?:was low on resource|had condition): \[?(?P<resource>[^.\]]+)",
        "Its node ran short of {resource} and put the job out.",
        "submit it again; a request of what the job really uses makes this rarer",
        "Evicted: The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi. "
        "Container "
        "rs-launcher-container was using 2Gi, request is 1Gi, has larger consumption of memory. ",
        "Evicted: The node had condition: [DiskPressure]. ",
    ),
    rule(
        Cause.EVICTED,
        r"EvictionByEvictionAPI",
        "Somebody, or an autoscaler, evicted the job to clear its node.",
        "submit it again; ask an administrator whether nodes are drained or scaled down",
        "EvictionByEvictionAPI: Eviction API: evicting",
    ),
    rule(
        Cause.PREEMPTED,
        r"Preempt(?:ionByScheduler|ing|ed)|preempted by Kubelet",
        "The job had to make room for a pod of higher priority.",
        "submit it again; ask an administrator for a priority class, or for more nodes",
        "PreemptionByScheduler: default-scheduler: preempting to accommodate a higher priority pod",
        "TerminationByKubelet: Pod was preempted by Kubelet to accommodate a critical pod.",
    ),
    rule(
        Cause.NODE_LOST,
        r"(?P<why>node is shutting down|imminent node shutdown|^NodeShutdown|^Terminated: )",
        "Its node is shutting down, and takes the job with it.",
        "submit it again",
        "Terminated: Pod was terminated in response to imminent node shutdown.",
        "NodeShutdown: Pod was rejected as the node is shutting down.",
        "TerminationByKubelet: Pod was terminated in response to imminent node shutdown.",
    ),
    rule(
        Cause.NODE_LOST,
        r"DeletionByTaintManager|DeletionByPodGC|NodeLost|node no longer exists|ContainerStatusUnknown"
        r"|NodeNotReady"
        r"|node lost track",
        "Its node was lost, and the job with it.",
        "submit it again; an administrator can say what became of the node",
        "DeletionByTaintManager: Taint manager: deleting due to NoExecute taint",
        "DeletionByPodGC: PodGC: node no longer exists",
        "DeletionByPodGC: PodGC: node out of service",
        "ContainerStatusUnknown: the node lost track of the container",
    ),
    rule(
        Cause.EVICTED,
        r"\bEvicted\b",
        "Its node put the job out.",
        "submit it again; the detail says why",
        "Evicted: Pod was evicted",
        is_vague=True,
    ),
    rule(
        Cause.UNSCHEDULABLE,
        r"^(?:OutOf\w+|UnexpectedAdmissionError|NodeAffinity|NodePorts|NodeName): ",
        "The node that the job was put on does not take it.",
        "submit it again; the detail says what the node lacks",
        "OutOfcpu: Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 1000, "
        "capacity: 2000",
        "UnexpectedAdmissionError: Pod was rejected: Allocate failed due to no healthy devices present",
    ),
    rule(
        Cause.DEADLINE,
        r"DeadlineExceeded|longer than (?:the )?specified deadline",
        "The job ran longer than it is allowed to.",
        "have the deadline raised (activeDeadlineSeconds, set by a template or an override), or do less in "
        "one job",
        "DeadlineExceeded: Job was active longer than specified deadline",
        "DeadlineExceeded: Pod was active on the node longer than the specified deadline",
        "pod gone; exit code unknown (DeadlineExceeded: Job was active longer than specified deadline)",
    ),
    rule(
        Cause.DELETED,
        r"^the job was deleted from the cluster|^the pod was deleted|^the pod is being deleted"
        r"|^the pod is gone",
        "The job was deleted in the cluster by somebody else.",
        "submit it again; an administrator can see in the audit log who deleted it",
        "the job was deleted from the cluster",
        "the pod was deleted while the job had not come to its end",
        "the pod is being deleted",
        "the pod is gone",
    ),
    rule(
        Cause.DELETED,
        r"^pod gone; exit code unknown",
        "The job's pod is gone, and nothing is left that says how it ended.",
        "submit it again; an administrator can see in the audit log who deleted it",
        "pod gone; exit code unknown (BackoffLimitExceeded: Job has reached the specified backoff limit)",
        is_vague=True,
    ),
)
