from launcher_k8s._version import __version__ as __version__
from launcher_k8s.backend import (
    BlockingBackend as BlockingBackend,
)
from launcher_k8s.backend import (
    BlockingStream as BlockingStream,
)
from launcher_k8s.backend import (
    JobBackend as JobBackend,
)
from launcher_k8s.backend import (
    Reloaded as Reloaded,
)
from launcher_k8s.backend import (
    SettingChange as SettingChange,
)
from launcher_k8s.backend import (
    Stream as Stream,
)
from launcher_k8s.backend import (
    Submitted as Submitted,
)
from launcher_k8s.cause import (
    Cause as Cause,
)
from launcher_k8s.cause import (
    Diagnosis as Diagnosis,
)
from launcher_k8s.cause import (
    Evidence as Evidence,
)
from launcher_k8s.checkup import (
    Checkup as Checkup,
)
from launcher_k8s.checkup import (
    check_directory as check_directory,
)
from launcher_k8s.clock import (
    Clock as Clock,
)
from launcher_k8s.cluster_check import (
    ClusterFinding as ClusterFinding,
)
from launcher_k8s.cluster_info import (
    ClusterInfo as ClusterInfo,
)
from launcher_k8s.cluster_info import (
    ConfigOffer as ConfigOffer,
)
from launcher_k8s.cluster_info import (
    ProfileOffer as ProfileOffer,
)
from launcher_k8s.connection import (
    Cluster as Cluster,
)
from launcher_k8s.connection import (
    LogOptions as LogOptions,
)
from launcher_k8s.connection import (
    Reply as Reply,
)
from launcher_k8s.connection import (
    Resource as Resource,
)
from launcher_k8s.controls import (
    ControlResult as ControlResult,
)
from launcher_k8s.decisions import (
    Decision as Decision,
)
from launcher_k8s.decisions import (
    DecisionKind as DecisionKind,
)
from launcher_k8s.decisions import (
    Refusal as Refusal,
)
from launcher_k8s.diagnostics import (
    Diagnostic as Diagnostic,
)
from launcher_k8s.diagnostics import (
    Location as Location,
)
from launcher_k8s.diagnostics import (
    Severity as Severity,
)
from launcher_k8s.errors import (
    AlreadyExistsError as AlreadyExistsError,
)
from launcher_k8s.errors import (
    BackendClosedError as BackendClosedError,
)
from launcher_k8s.errors import (
    ClusterError as ClusterError,
)
from launcher_k8s.errors import (
    ClusterTimeoutError as ClusterTimeoutError,
)
from launcher_k8s.errors import (
    CommandError as CommandError,
)
from launcher_k8s.errors import (
    ConfigurationError as ConfigurationError,
)
from launcher_k8s.errors import (
    ConflictError as ConflictError,
)
from launcher_k8s.errors import (
    ErrorCode as ErrorCode,
)
from launcher_k8s.errors import (
    ExpiredError as ExpiredError,
)
from launcher_k8s.errors import (
    ForbiddenError as ForbiddenError,
)
from launcher_k8s.errors import (
    InvalidJobError as InvalidJobError,
)
from launcher_k8s.errors import (
    InvalidJobStateError as InvalidJobStateError,
)
from launcher_k8s.errors import (
    InvalidObjectError as InvalidObjectError,
)
from launcher_k8s.errors import (
    JobNotFoundError as JobNotFoundError,
)
from launcher_k8s.errors import (
    JobNotRunningError as JobNotRunningError,
)
from launcher_k8s.errors import (
    JobStateError as JobStateError,
)
from launcher_k8s.errors import (
    LauncherError as LauncherError,
)
from launcher_k8s.errors import (
    NotSupportedError as NotSupportedError,
)
from launcher_k8s.errors import (
    ObjectNotFoundError as ObjectNotFoundError,
)
from launcher_k8s.errors import (
    OperationTimeoutError as OperationTimeoutError,
)
from launcher_k8s.errors import (
    OutputNotFoundError as OutputNotFoundError,
)
from launcher_k8s.errors import (
    OverrideError as OverrideError,
)
from launcher_k8s.errors import (
    QuotaError as QuotaError,
)
from launcher_k8s.errors import (
    TemplateError as TemplateError,
)
from launcher_k8s.errors import (
    TemplateRenderError as TemplateRenderError,
)
from launcher_k8s.errors import (
    TemplateSyntaxError as TemplateSyntaxError,
)
from launcher_k8s.errors import (
    UnauthorizedError as UnauthorizedError,
)
from launcher_k8s.errors import (
    UnavailableError as UnavailableError,
)
from launcher_k8s.explanation import (
    Explanation as Explanation,
)
from launcher_k8s.explanation import (
    explain as explain,
)
from launcher_k8s.files import (
    load_settings as load_settings,
)
from launcher_k8s.files import (
    read_settings as read_settings,
)
from launcher_k8s.finding import (
    Finding as Finding,
)
from launcher_k8s.host.bar import (
    TqdmProgress as TqdmProgress,
)
from launcher_k8s.host.commands import (
    CommandLimits as CommandLimits,
)
from launcher_k8s.host.effects import (
    HostEffects as HostEffects,
)
from launcher_k8s.host.terminal import (
    TerminalProgress as TerminalProgress,
)
from launcher_k8s.job import (
    ConfigItem as ConfigItem,
)
from launcher_k8s.job import (
    Container as Container,
)
from launcher_k8s.job import (
    EnvVar as EnvVar,
)
from launcher_k8s.job import (
    ExposedPort as ExposedPort,
)
from launcher_k8s.job import (
    Job as Job,
)
from launcher_k8s.job import (
    JobOptions as JobOptions,
)
from launcher_k8s.job import (
    Mount as Mount,
)
from launcher_k8s.job import (
    MountSource as MountSource,
)
from launcher_k8s.job import (
    PlacementConstraint as PlacementConstraint,
)
from launcher_k8s.job import (
    ResourceLimit as ResourceLimit,
)
from launcher_k8s.job_views import (
    JobList as JobList,
)
from launcher_k8s.kube.client import (
    KubernetesCluster as KubernetesCluster,
)
from launcher_k8s.network import (
    Endpoint as Endpoint,
)
from launcher_k8s.network import (
    EndpointType as EndpointType,
)
from launcher_k8s.network import (
    Network as Network,
)
from launcher_k8s.origin import (
    Origin as Origin,
)
from launcher_k8s.origin import (
    OriginKind as OriginKind,
)
from launcher_k8s.origin import (
    Sourced as Sourced,
)
from launcher_k8s.output import (
    GapReason as GapReason,
)
from launcher_k8s.output import (
    OutputChunk as OutputChunk,
)
from launcher_k8s.output import (
    OutputGap as OutputGap,
)
from launcher_k8s.plan import (
    JobPlan as JobPlan,
)
from launcher_k8s.plan import (
    plan_job as plan_job,
)
from launcher_k8s.progress import (
    Progress as Progress,
)
from launcher_k8s.rbac import (
    rbac_objects as rbac_objects,
)
from launcher_k8s.rules.allocation import (
    Allocation as Allocation,
)
from launcher_k8s.rules.profiles import (
    profile_for as profile_for,
)
from launcher_k8s.rules.selection import (
    OfferedProfile as OfferedProfile,
)
from launcher_k8s.schemas import (
    check_overrides as check_overrides,
)
from launcher_k8s.schemas import (
    check_schema as check_schema,
)
from launcher_k8s.settings import (
    ClusterDefinition as ClusterDefinition,
)
from launcher_k8s.settings import (
    ClusterSettings as ClusterSettings,
)
from launcher_k8s.settings import (
    DefinedImage as DefinedImage,
)
from launcher_k8s.settings import (
    Installation as Installation,
)
from launcher_k8s.settings import (
    Override as Override,
)
from launcher_k8s.settings import (
    ProfileSection as ProfileSection,
)
from launcher_k8s.settings import (
    ResourceProfile as ResourceProfile,
)
from launcher_k8s.settings import (
    Settings as Settings,
)
from launcher_k8s.settings import (
    SubjectKind as SubjectKind,
)
from launcher_k8s.settings import (
    UserProfile as UserProfile,
)
from launcher_k8s.status import (
    FINAL as FINAL,
)
from launcher_k8s.status import (
    JobFilter as JobFilter,
)
from launcher_k8s.status import (
    JobState as JobState,
)
from launcher_k8s.status import (
    JobStatus as JobStatus,
)
from launcher_k8s.status import (
    Operation as Operation,
)
from launcher_k8s.templates.defaults import (
    default_templates as default_templates,
)
from launcher_k8s.templates.differences import (
    Difference as Difference,
)
from launcher_k8s.templates.differences import (
    Hunk as Hunk,
)
from launcher_k8s.templates.differences import (
    diff_templates as diff_templates,
)
from launcher_k8s.templates.differences import (
    generate_templates as generate_templates,
)
from launcher_k8s.templates.effects import (
    CommandResult as CommandResult,
)
from launcher_k8s.templates.effects import (
    Effects as Effects,
)
from launcher_k8s.templates.template_set import (
    Rendering as Rendering,
)
from launcher_k8s.templates.template_set import (
    TemplateSet as TemplateSet,
)
from launcher_k8s.templates.upgrading import (
    Upgrade as Upgrade,
)
from launcher_k8s.templates.upgrading import (
    upgrade_template as upgrade_template,
)
from launcher_k8s.templates.validation import (
    Sample as Sample,
)
from launcher_k8s.templates.validation import (
    Validation as Validation,
)
from launcher_k8s.templates.validation import (
    validate_templates as validate_templates,
)
from launcher_k8s.utilization import (
    Utilization as Utilization,
)
from launcher_k8s.wire import (
    from_wire as from_wire,
)
from launcher_k8s.wire import (
    to_wire as to_wire,
)

__all__: list[str]  # noqa: PYI035 -- its value stands in __init__.py; a test compares the names
