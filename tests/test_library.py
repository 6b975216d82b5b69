"""The library: plans found by id, year or path; one pair of years; what goes in and what is refused."""

from __future__ import annotations

import hashlib
import shutil
import threading
from pathlib import Path

import pytest

from planlens import library as module
from planlens import titles
from planlens.errors import InputError, LibraryError, OutputError, PlanlensError, SettingsError
from planlens.files import write_atomically
from planlens.library import Library, init

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"

DRAFT = "某某市2024年卫生健康工作要点\n\n一、队伍\n（一）引才。引进人才60名。\n"


@pytest.fixture
def samples() -> Library:
    return Library.open(SAMPLES)


@pytest.fixture
def own(tmp_path: Path) -> Library:
    init(tmp_path / "plans")
    return Library.open(tmp_path / "plans")


def write(path: Path, text: str = DRAFT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def ids(pair: tuple[module.Entry, ...]) -> tuple[str, ...]:
    return tuple(entry.info.id for entry in pair)


def files_of(library: Library) -> list[str]:
    """What lies in a library's folder beside the lock, which stays."""
    return sorted(path.name for path in library.folder.iterdir() if path.name != module.LOCK)


def fails(call: object, *arguments: object, **options: object) -> str:
    with pytest.raises(PlanlensError) as error:
        call(*arguments, **options)  # type: ignore[operator]
    assert "\n" not in str(error.value)
    return str(error.value)


def test_the_samples_are_what_the_catalogue_says(samples: Library) -> None:
    assert len(samples.entries) == 6
    for entry in samples.entries:
        assert hashlib.sha256(entry.path.read_bytes()).hexdigest() == entry.sha256
        assert entry.info.title in entry.path.read_text("utf-8").splitlines()[0]


@pytest.mark.parametrize("ref", ["haishu-2021-2025"])
def test_an_id_names_its_plan(samples: Library, ref: str) -> None:
    assert samples.find(ref).info.region == "海曙区"


@pytest.mark.parametrize("ref", ["2025", "2025年", " 2025 "])
def test_a_bare_year_names_an_annual_plan_only(samples: Library, ref: str) -> None:
    assert samples.find(ref).info.id == "shenzhen-2025"


@pytest.mark.parametrize("ref", ["2021-2025", "2021–2025", "2021—2025", "2021年至2025年", "2021~2025"])
def test_a_period_names_a_longer_plan(samples: Library, ref: str) -> None:
    assert samples.find(ref, region="海曙").info.id == "haishu-2021-2025"


def test_a_year_of_several_plans_lists_them(samples: Library) -> None:
    message = fails(samples.find, "2023")
    assert "shenzhen-2023" in message and "zhongshan-2023" in message
    assert samples.find("2023", region="中山市").info.id == "zhongshan-2023"
    assert samples.find("2023", region="深圳").info.id == "shenzhen-2023"


def test_a_year_of_no_plan_names_the_years_there_are(samples: Library) -> None:
    message = fails(samples.find, "2024")
    assert all(years in message for years in ("2022", "2023", "2025", "2021-2025"))


def test_an_unknown_id_names_the_nearest(samples: Library) -> None:
    assert "shenzhen-2025" in fails(samples.find, "shenzen2025")
    assert "there are" in fails(samples.find, "zzz")


def test_an_unknown_region_names_those_there_are(samples: Library) -> None:
    assert "中山市" in fails(samples.find, "2023", region="广州市")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2023", "2025", ("shenzhen-2023", "shenzhen-2025")),
        ("2022", "2023", ("shenzhen-2022", "shenzhen-2023")),
        ("2023", "shenzhen-2025", ("shenzhen-2023", "shenzhen-2025")),
        ("shenzhen-2022", "2023", ("shenzhen-2022", "shenzhen-2023")),
        ("zhongshan-2023", "2025", ("zhongshan-2023", "shenzhen-2025")),
    ],
)
def test_two_years_take_the_region_that_has_both(
    samples: Library, old: str, new: str, expected: tuple[str, str]
) -> None:
    assert ids(samples.pair(old, new)) == expected


def test_pairs_that_several_regions_have_are_listed(own: Library, tmp_path: Path) -> None:
    for place in ("甲甲市", "乙乙市"):
        for year in ("2023", "2025"):
            text = DRAFT.replace("某某市2024", place + year)
            Library.open(own.folder).add(write(tmp_path / f"{place}{year}.txt", text), region=place)
    shelf = Library.open(own.folder)
    message = fails(shelf.pair, "2023", "2025")
    assert "甲甲-2023 → 甲甲-2025" in message and "乙乙-2023 → 乙乙-2025" in message
    assert ids(shelf.pair("2023", "2025", region="乙乙")) == ("乙乙-2023", "乙乙-2025")


def test_years_that_no_region_has_together(samples: Library) -> None:
    assert "no region has plans for both" in fails(samples.pair, "2021-2025", "2022")


def test_the_same_plan_twice_is_refused(samples: Library, tmp_path: Path) -> None:
    assert "twice" in fails(samples.pair, "2025", "shenzhen-2025")
    assert "twice" in fails(samples.pair, "shenzhen-2025", str(SAMPLES / "shenzhen-2025.txt"))
    copy = tmp_path / "copy.txt"
    shutil.copy(SAMPLES / "shenzhen-2025.txt", copy)
    assert "twice" in fails(samples.pair, "shenzhen-2025", str(copy))
    assert "twice" in fails(samples.all, ("2025", "shenzhen-2025"))


def test_a_path_of_the_library_is_its_entry(samples: Library) -> None:
    assert samples.find(str(SAMPLES / "shenzhen-2023.txt")).info.region == "深圳市"


def test_files_of_one_name_get_ids_that_tell_them_apart(samples: Library, tmp_path: Path) -> None:
    old, new = write(tmp_path / "a" / "plan.txt"), write(tmp_path / "b" / "plan.txt", DRAFT + "（二）更多。\n")
    assert len(set(ids(samples.pair(str(old), str(new))))) == 2


def test_a_draft_takes_the_plan_of_its_region(samples: Library, tmp_path: Path) -> None:
    draft = write(tmp_path / "draft.txt", DRAFT.replace("某某市", "中山市"))
    assert ids(samples.pair("2023", str(draft))) == ("zhongshan-2023", "draft")


def test_a_missing_path_is_no_id(samples: Library) -> None:
    with pytest.raises(InputError, match="no such file"):
        samples.find("nowhere/plan.txt")
    with pytest.raises(InputError, match="no such file"):
        samples.find("plan.docx")


def test_open_looks_here_then_in_samples_then_ships_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLANLENS_LIBRARY", raising=False)
    monkeypatch.chdir(tmp_path)
    assert Library.open().shipped and len(Library.open().entries) == 6
    init("samples")
    assert not Library.open().shipped and Library.open().entries == ()
    monkeypatch.setenv("PLANLENS_LIBRARY", str(SAMPLES))
    assert len(Library.open().entries) == 6
    assert Library.open("samples").entries == ()


def test_a_folder_that_is_no_library(tmp_path: Path) -> None:
    assert "planlens init" in fails(Library.open, tmp_path)
    assert "no such folder" in fails(Library.open, tmp_path / "none")


def test_add_copies_the_original_and_says_what_it_took(own: Library, tmp_path: Path) -> None:
    source = write(tmp_path / "要点 2024.txt")
    entry = own.add(source, issuer="某某市卫生健康委员会", source='"带引号"\t\\\x7f')
    again = Library.open(own.folder).find("2024")
    assert again.info == entry.info and again.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert again.info.id == "某某-2024" and again.info.region == "某某市" and again.info.level == "city"
    assert again.path.read_bytes() == source.read_bytes() and source.exists()


def test_add_keeps_what_a_person_wrote_in_the_catalogue(own: Library, tmp_path: Path) -> None:
    catalogue = own.folder / "plans.toml"
    catalogue.write_text(catalogue.read_text("utf-8") + "# my own remark\n", "utf-8")
    own.add(write(tmp_path / "a.txt"))
    assert "# my own remark" in catalogue.read_text("utf-8")


def test_add_refuses_what_is_there_already(own: Library, tmp_path: Path) -> None:
    source = write(tmp_path / "a.txt")
    own.add(source)
    shelf = Library.open(own.folder)
    before = sorted(path.name for path in own.folder.iterdir())
    assert "as 某某-2024" in fails(shelf.add, source, name="b")
    more = write(tmp_path / "more" / "a.txt", DRAFT + "（二）更多。\n")
    assert "of this id" in fails(shelf.add, more, name="某某-2024")
    assert sorted(path.name for path in own.folder.iterdir()) == before
    assert shelf.add(more).info.id == "某某-2024-卫生健康工作要点"
    assert shelf.add(write(tmp_path / "third.txt", DRAFT + "（二）其他。\n")).info.id == "某某-2024-卫生健康工作要点-2"


@pytest.mark.parametrize("name", ["../evil", "a/b", "2025", "2021-2025", "", ".hidden", "-x", "a\0b"])
def test_an_id_never_leads_out_or_looks_like_a_year(own: Library, tmp_path: Path, name: str) -> None:
    fails(own.add, write(tmp_path / "a.txt"), name=name)
    assert files_of(own) == ["plans.toml"]


def test_add_asks_for_a_year_that_nothing_says(own: Library, tmp_path: Path) -> None:
    source = write(tmp_path / "draft.txt", "一、队伍\n（一）引才。引进人才60名。\n")
    assert "--year" in fails(own.add, source)
    assert "2021-2025" in fails(own.add, source, period="25")
    assert own.add(source, period="2026-2030").info.end_year == 2030


def test_add_to_the_shipped_samples_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLANLENS_LIBRARY", raising=False)
    monkeypatch.chdir(tmp_path)
    assert "planlens init" in fails(Library.open().add, write(tmp_path / "a.txt"))


@pytest.mark.parametrize("bad", ["missing", "folder", "empty", "binary"])
def test_add_refuses_what_is_no_plan(own: Library, tmp_path: Path, bad: str) -> None:
    path = tmp_path / f"{bad}.txt"
    if bad == "folder":
        path.mkdir()
    elif bad != "missing":
        path.write_bytes(b"" if bad == "empty" else bytes(range(256)) * 40)
    with pytest.raises(InputError):
        own.add(path, period="2025")
    assert files_of(own) == ["plans.toml"]


def test_add_leaves_nothing_when_the_catalogue_cannot_be_written(
    own: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(path: Path, data: bytes) -> None:
        if path.name == "plans.toml":
            raise OutputError("no room")
        write_atomically(path, data)

    monkeypatch.setattr(module, "write_atomically", failing)
    fails(own.add, write(tmp_path / "a.txt"))
    assert files_of(own) == ["plans.toml"]


def test_init_leaves_a_library_alone(own: Library) -> None:
    assert "already" in fails(init, own.folder)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('id = "a"', "no file"),
        ('file = "a.txt"', "no id"),
        ('id = "a"\nfile = "../a.txt"', "folder"),
        ('id = "a"\nfile = "/etc/passwd"', "folder"),
        ('id = "a"\nfile = "C:\\\\a.txt"', "folder"),
        ('id = "a"\nfile = "x\\\\..\\\\..\\\\a.txt"', "folder"),
        ('id = "a"\nfile = "link.txt"', "leads out"),
        ('id = "a"\nfile = "a.txt"\nstart_year = "2025"', "whole number"),
        ('id = "a"\nfile = "a.txt"\ntitle = 5', "text"),
        ('id = "a"\nfile = "a.txt"\nlevel = "planet"', "level"),
        ('id = "a"\nfile = "a.txt"\nstart_year = 2025\nend_year = 2021', "after"),
        ('id = "a"\nfile = "a.txt"\n[[plan]]\nid = "a"\nfile = "b.txt"', "two plans"),
        ("id = ", "TOML"),
    ],
)
def test_a_damaged_catalogue_is_one_line(own: Library, tmp_path: Path, row: str, says: str) -> None:
    (own.folder / "link.txt").symlink_to(write(tmp_path / "outside.txt"))
    (own.folder / "plans.toml").write_text(f"[[plan]]\n{row}\n", "utf-8")
    with pytest.raises(SettingsError, match=says) as error:
        Library.open(own.folder)
    assert "\n" not in str(error.value)


def test_a_changed_file_is_said_not_fatal(own: Library, tmp_path: Path) -> None:
    entry = own.add(write(tmp_path / "a.txt"), name="a")
    entry.path.write_text(DRAFT + "（二）更多。\n", "utf-8")
    shelf = Library.open(own.folder)
    notes = shelf.read(shelf.find("a")).notes
    assert any(note.kind == "catalogue" and "sha256" in note.why for note in notes)


def test_a_file_describes_itself(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.txt", "关于印发《某某省某某市某某区卫生健康事业发展“十五五”规划》的通知\n各单位：\n一、总则\n"
    )
    info = Library.open(SAMPLES).read(Library.open(SAMPLES).find(str(path))).info
    assert (info.region, info.level, info.parent) == ("某某区", "district", "某某市")
    assert (info.start_year, info.end_year, info.title) == (
        2026,
        2030,
        "某某省某某市某某区卫生健康事业发展“十五五”规划",
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("深圳市2025年工作要点", ("深圳市", "city", "广东省")),
        ("2025年广东省政府工作报告", ("广东省", "province", None)),
        ("上海市浦东新区规划", ("浦东新区", "district", "上海市")),
        ("新疆维吾尔自治区规划", ("新疆维吾尔自治区", "province", None)),
        ("全国卫生规划纲要", ("全国", "national", None)),
        ("深圳经济特区条例实施方案", (None, None, None)),
        ("智慧城市建设方案", (None, None, None)),
        ("城市更新规划", (None, None, None)),
    ],
)
def test_only_a_plain_region_is_taken(name: str, expected: tuple[str | None, ...]) -> None:
    assert titles.region(name) == expected


def test_a_file_is_replaced_whole_while_others_read_it(tmp_path: Path) -> None:
    path, seen = tmp_path / "report.md", set()
    path.write_bytes(b"a" * 100_000)
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(path.read_bytes()[:1] + str(len(path.read_bytes())).encode())

    reader = threading.Thread(target=read)
    reader.start()
    for letter in b"abcdefgh" * 4:
        write_atomically(path, bytes([letter]) * 100_000)
    stop.set()
    reader.join()
    assert all(entry[1:] == b"100000" for entry in seen)
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.md"]


def test_a_report_goes_where_a_link_points_and_keeps_rights(tmp_path: Path) -> None:
    real, link = tmp_path / "real.md", tmp_path / "link.md"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_atomically(link, b"new")
    assert link.is_symlink() and real.read_text() == "new" and real.stat().st_mode & 0o777 == 0o640


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "a.md"):
        with pytest.raises(OutputError):
            write_atomically(path, b"x")
    with pytest.raises(LibraryError):
        init(write(tmp_path / "file"))
