"""What is legal in the files and still worth a word: warnings and infos, across sections and files.

Each module has one subject; none changes a setting. Source: domain, section 1, "Warnings".
"""

from __future__ import annotations

from launcher_k8s.config.accounts import Accounts
from launcher_k8s.config.checks.access import check_access
from launcher_k8s.config.checks.connection import check_connection
from launcher_k8s.config.checks.contract import check_contract
from launcher_k8s.config.checks.emptiness import check_emptiness
from launcher_k8s.config.checks.least import check_least
from launcher_k8s.config.checks.limits import check_limits
from launcher_k8s.config.checks.names import check_names
from launcher_k8s.config.checks.offers import check_offers
from launcher_k8s.config.checks.overrides import check_overrides
from launcher_k8s.config.checks.sections import check_sections
from launcher_k8s.config.checks.subjects import Subjects
from launcher_k8s.config.checks.whom import check_server_user, check_whom
from launcher_k8s.config.findings import Findings
from launcher_k8s.config.main_file import MainFile
from launcher_k8s.config.reading import FileReader
from launcher_k8s.config.sources import Sources
from launcher_k8s.settings import ClusterSettings


def check_cluster(
    cluster: ClusterSettings,
    main: MainFile,
    read: FileReader,
    *,
    sources: Sources,
    findings: Findings,
    accounts: Accounts | None = None,
) -> None:
    """Report everything worth a word about a cluster's settings.

    Args:
        cluster: The settings, as the files give them.
        main: What the main file sets.
        read: Reads the token file and those of overrides, for their owners and modes.
        sources: The files that were read.
        findings: Told of everything.
        accounts: What the host knows of users and groups; not asked where None.
    """
    subjects = Subjects(cluster.profiles)
    check_connection(cluster, main, read, sources, findings)
    check_access(cluster, read, sources, findings)
    # What Connect's cluster definitions offer to everyone is a section without a title in any file.
    titled = [section for section in cluster.profiles if section.origin.section]
    check_sections(titled, sources, findings)
    if accounts is not None:
        check_server_user(cluster, accounts, sources, findings)
        check_whom(titled, accounts, sources, findings)
    check_names(subjects, cluster.resources, sources, findings)
    check_overrides(cluster, sources, findings)
    check_contract(cluster, sources, findings)
    check_limits(subjects, sources, findings)
    check_least(subjects, cluster.resources, sources, findings)
    check_offers(subjects, cluster.resources, sources, findings)
    check_emptiness(subjects, cluster.resources, sources, findings)
