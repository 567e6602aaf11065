from __future__ import annotations

import subprocess
import sys

import pytest

from launcher_k8s.templates.functions import (
    go_functions,
    helm_functions,
    launcher_functions,
    sprig_functions,
)

# All of Sprig 3.3.0's functions.go.
SPRIG = """
    abbrev abbrevboth add add1 add1f addf adler32sum ago all any append atoi b32dec b32enc b64dec b64enc
    base bcrypt biggest buildCustomCert camelcase cat ceil chunk clean coalesce compact concat contains
    date dateInZone dateModify date_in_zone date_modify decryptAES deepCopy deepEqual default
    derivePassword dict dig dir div divf duration durationRound empty encryptAES env expandenv ext fail
    first float64 floor fromJson genCA genCAWithKey genPrivateKey genSelfSignedCert
    genSelfSignedCertWithKey genSignedCert genSignedCertWithKey get getHostByName has hasKey hasPrefix
    hasSuffix hello htmlDate htmlDateInZone htpasswd indent initial initials int int64 isAbs join
    kebabcase keys kindIs kindOf last list lower max maxf merge mergeOverwrite min minf mod mul mulf
    mustAppend mustChunk mustCompact mustDateModify mustDeepCopy mustFirst mustFromJson mustHas
    mustInitial mustLast mustMerge mustMergeOverwrite mustPrepend mustPush mustRegexFind
    mustRegexFindAll mustRegexMatch mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexSplit
    mustRest mustReverse mustSlice mustToDate mustToJson mustToPrettyJson mustToRawJson mustUniq
    mustWithout must_date_modify nindent nospace now omit osBase osClean osDir osExt osIsAbs pick pluck
    plural prepend push quote randAlpha randAlphaNum randAscii randBytes randInt randNumeric regexFind
    regexFindAll regexMatch regexQuoteMeta regexReplaceAll regexReplaceAllLiteral regexSplit repeat
    replace rest reverse round semver semverCompare seq set sha1sum sha256sum sha512sum shuffle slice
    snakecase sortAlpha split splitList splitn squote sub subf substr swapcase ternary title toDate
    toDecimal toJson toPrettyJson toRawJson toString toStrings trim trimAll trimPrefix trimSuffix
    trimall trunc tuple typeIs typeIsLike typeOf uniq unixEpoch unset until untilStep untitle upper
    urlJoin urlParse uuidv4 values without wrap wrapWith
"""
GO = "eq ge gt html index js le len lt ne print printf println slice urlquery"
LAUNCHER = """
    exec fromJsonArray fromToml fromYaml fromYamlArray groups include lookup mustToToml mustToYaml required
    toToml toYaml toYamlPretty tpl
"""
HELM_DURATIONS = "mustToDuration durationHours durationRoundTo durationTruncateTo"


def test_sprig_has_211_functions_and_all_are_here() -> None:
    names = SPRIG.split()
    assert len(names) == len(set(names)) == 211
    assert set(sprig_functions()) == {*names, *GO.split()}


def test_go_has_its_own() -> None:
    assert set(go_functions()) == set(GO.split())


def test_sprigs_slice_replaces_gos() -> None:
    assert sprig_functions()["slice"] is not go_functions()["slice"]


def test_each_set_holds_the_one_before() -> None:
    assert set(go_functions()) < set(sprig_functions()) < set(launcher_functions())
    more = set(launcher_functions()) - set(sprig_functions())
    assert more == set(LAUNCHER.split())


def test_helm_replaces_json_and_knows_no_environment() -> None:
    helm, launcher = helm_functions(), launcher_functions()
    assert set(launcher) - set(helm) == {"env", "expandenv"}
    assert set(HELM_DURATIONS.split()) <= set(helm) - set(launcher)
    assert helm["fromJson"] is not launcher["fromJson"]


@pytest.mark.parametrize("assemble", [go_functions, sprig_functions, launcher_functions, helm_functions])
def test_a_function_is_registered_under_its_own_name(assemble: object) -> None:
    assert callable(assemble)
    assert all(name == function.name for name, function in assemble().items())


def test_the_sets_are_the_same_each_time_and_cannot_be_changed() -> None:
    assert sprig_functions() is sprig_functions()
    with pytest.raises(TypeError):
        sprig_functions()["x"] = sprig_functions()["env"]  # type: ignore[index]


def test_assembling_loads_no_heavy_library() -> None:
    code = (
        "import sys; from launcher_k8s.templates.functions import helm_functions; helm_functions();"
        "print([name for name in ('cryptography', 'bcrypt', 're2') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
