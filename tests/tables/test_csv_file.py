"""Tables of text: separators, encodings, quotes, rows of other lengths, and their lines."""

import gzip
import zipfile

import pyarrow as pa
import pytest

from cutplane.errors import InvalidInputError
from cutplane.tables.pool import pool_of
from cutplane.tables.table import read_table


@pytest.fixture
def read(tmp_path):
    def read(content, target="y", name="t.csv"):
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(data)
        return read_table(tmp_path / name, target)

    return read


def said(table, kind):
    return [remark.message for remark in table.report.of_kind(kind)]


@pytest.mark.parametrize(
    ("mark", "word"), [(",", None), (";", "';'"), ("\t", "tabs"), ("|", r"'|'")]
)
def test_separators_are_guessed_and_said(read, mark, word):
    table = read(
        f"a, mm{mark}b{mark}y\n0.5{mark}x{mark}p\n1.5{mark}z{mark}q\n"
        if mark != ","
        else "a,b,y\n0.5,x,p\n1.5,z,q\n"
    )
    assert table.features.shape == (2, 2)
    assert table.features.iloc[:, 0].tolist() == [0.5, 1.5]
    assert said(table, "format") == (
        [] if word is None else [f"The cells of 't.csv' are separated by {word}."]
    )


def test_decimal_commas_and_the_line_of_excel(read):
    table = read("sep=;\na;y\n1,5;p\n2;q\n")
    assert table.features["a"].tolist() == [1.5, 2]
    assert table.lines.tolist() == [2, 3]
    (message,) = said(table, "cells reinterpreted")
    assert "'1,5' in line 2" in message


def test_a_separator_at_the_end_of_rows_never_makes_an_index(read):
    table = read("a,b,y\n1,2,p,\n3,4,q,\n")
    assert table.features.to_numpy().tolist() == [[1, 2], [3, 4]]
    assert table.labels.tolist() == ["p", "q"]
    assert "2 rows ended in empty cells" in said(table, "format")[0]
    with pytest.raises(InvalidInputError, match=r"line 3 .* 4 cells.*'9'"):
        read("a,b,y\n1,2,p,\n3,4,q,9\n")


def test_a_separator_at_the_end_of_the_header(read):
    table = read("a,y,\n1,p,\n2,q,\n")
    assert list(table.features) == ["a"]
    assert table.report.of_kind("columns left out")[0].columns == ("Unnamed: 2",)


def test_short_rows_are_filled_and_said(read):
    table = read("a,b,y\n1\n3,4,q\n")
    assert table.features["b"].isna().tolist() == [True, False]
    assert "One row had fewer cells" in said(table, "cells read as missing")[0]


def test_empty_rows_are_left_out_and_numbers_kept(read):
    table = read("\na,b,y\n1,2,p\n,,\n3,4,\n\n , ,\n,,q\n5,,\n,,\n\n\n")
    assert table.numbers.tolist() == [0, 2, 5, 6]
    assert table.lines.tolist() == [3, 5, 8, 9]
    assert table.features.index.tolist() == [0, 1, 2, 3]
    assert table.labels.tolist() == ["p", "q"]
    assert said(table, "rows left out") == [
        "4 empty rows were left out, the first in line 4; the others keep their numbers."
    ]


def test_lines_count_rows_not_line_breaks_in_cells(read):
    table = read('a,b,y\n"two\nlines",1,p\nx,n.a.,q\nz,2,p\n')
    assert table.report.of_kind("cells read as missing")[0].line == 3
    assert table.features["a"].tolist() == ["two\nlines", "x", "z"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('a,y\n1,p\n2,"q\n3,p\n', "in line 3 a quote opens that is never closed"),
        ('a,y\n"1"5,p\n', "in line 2 "),
        ("a,y\n1\x00,p\n", "line 2 holds a byte of zero"),
        ("", "it is empty"),
        ("\n\n", "it is empty"),
        ("y,a,y\n1,2,p\n", "2 columns of the name 'y'"),
    ],
)
def test_what_is_refused(read, content, message):
    with pytest.raises(InvalidInputError, match=message):
        read(content)


def test_equal_and_blank_names_are_made_distinct(read):
    table = read("a,a,a (2),,y\n1,2,3,4,p\n5,6,7,8,q\n")
    assert list(table.features) == ["a", "a (3)", "a (2)", "Unnamed: 3"]
    assert "'a' as 'a (3)'" in said(table, "columns renamed")[0]


def test_a_wrong_name_is_answered_with_the_nearest(read):
    with pytest.raises(InvalidInputError, match="did you mean ' y'"):
        read("a, y\n1,p\n")
    with pytest.raises(InvalidInputError, match=r"did you mean 'gro\\u0308\\xdfe'"):
        read("gro\u0308\u00dfe,a\n1,p\n", "gr\u00f6\u00dfe")


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "'t.csv' is in UTF-16."),
        ("utf-16-be", "'t.csv' is in UTF-16-BE."),
        ("cp1252", "The text was read as Windows-1252, since byte 19 in line 3 is not UTF-8."),
    ],
)
def test_encodings(read, encoding, message):
    table = read("size,y\n1,small\n2,gr\u00f6\u00dfer\n".encode(encoding))
    assert list(table.features) == ["size"]
    assert table.labels.tolist() == ["small", "gr\u00f6\u00dfer"]
    assert said(table, "format") == ([message] if message else [])


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_ends_of_lines(read, ending):
    table = read(ending.join(["a,y", "1,p", '"2",q']))
    assert table.features["a"].tolist() == [1, 2]
    assert table.labels.tolist() == ["p", "q"]


def test_long_cells_and_many_columns(read):
    text = "word " * 40_000
    assert read(f'a,y\n"{text}",p\n"b ""x""",q\n').features["a"].str.len().tolist() == [199_999, 5]
    header = ",".join(f"c{j}" for j in range(3000))
    assert read(f"{header},y\n{'1.5,' * 3000}p\n{'-,' * 3000}q\n").features.shape == (2, 3000)


def test_compressed(read, tmp_path):
    data = b"a,y\n1,p\n2,q\n"
    for suffix, packed in (
        (".gz", gzip.compress(data)),
        (".zst", pa.compress(data, "zstd", asbytes=True)),
    ):
        table = read(packed, name=f"t.csv{suffix}")
        assert table.name == "t"
        assert table.labels.tolist() == ["p", "q"]
        with pytest.raises(InvalidInputError, match="cannot read"):
            read(packed[:-3], name=f"t.csv{suffix}")
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("inside.csv", data)
    assert read_table(tmp_path / "t.zip", "y").labels.tolist() == ["p", "q"]
    with zipfile.ZipFile(tmp_path / "t.zip", "a") as archive:
        archive.writestr("more.csv", data)
    with pytest.raises(InvalidInputError, match=r"holds 2 files"):
        read_table(tmp_path / "t.zip", "y")


def test_columns_become_numbers_dates_or_text(read):
    table = read(
        "age,price,when,color,code,y\n"
        '31,$5,2020-01-02,RED,007,p\n -,"$1,200.50",2021-03-04, red,12,q\n40,$7,n/a,NA,8,p\n'
    )
    assert [str(dtype) for dtype in table.features.dtypes] == [
        "float64",
        "float64",
        "datetime64[ns]",
        "object",
        "object",
    ]
    assert table.features["color"].tolist()[:2] == ["RED", "red"]
    assert table.features["color"].isna().tolist() == [False, False, True]
    assert table.features["code"].tolist() == ["007", "12", "8"]
    messages = "\n".join(table.report.sentences)
    for part in (
        "Column 'age': 1 cell (' -' in line 3) was read as missing.",
        "Column 'price': 3 cells (the first '$5' in line 2) were read as numbers, with $ as a sign",
        "Column 'when': 2 dates as year, month, day.",
        "Column 'color': spellings read as one level: 'RED', ' red'.",
        "Column 'code': read as text, for codes with zeros in front",
    ):
        assert part in messages


def test_many_columns_share_a_sentence(read):
    header = ",".join(f"c{j}" for j in range(8))
    table = read(f"{header},y\n{'1,' * 8}p\n{'-,' * 8}q\n")
    (remark,) = table.report.of_kind("cells read as missing")
    assert len(remark.columns) == remark.count == 8
    assert "8 columns: 'c0': 1 cell ('-' in line 3) was read as missing" in remark.message
    assert "and so on for 3 more" in remark.message


def test_without_a_target_the_likely_one_is_named(read):
    for content in ("a,b,label\n1,2,p\n3,4,\n", "label,b\np,1\n,2\n"):
        (message,) = said(read(content, None), "likely label")
        assert message == (
            "Column 'label' is empty in 1 of 2 rows; if it holds the labels, pass --target label."
        )
    assert "'z' is empty" in said(read("a,b,z\n1,2,p\n3,4,\n", None), "likely label")[0]
    assert not said(read("a,b,c\n1,2,p\n3,,\n", None), "likely label")


def test_the_likely_labels_are_no_features_of_a_pool_unless_kept(read):
    table = read("a,label\n1,p\n3,\n5,q\n6,\n", None)
    pool = pool_of(table)
    assert pool.X.shape == (4, 1)
    assert "Column 'label' left out: it may hold the labels" in "\n".join(pool.report.sentences)
    assert pool_of(table, keep=["label"]).X.shape[1] > 1
    assert pool_of(read("x,y\n1,2\n3,4\n5,5\n", None)).X.shape == (3, 2)
    assert pool_of(read("a,z\n1,2\n3,4\n2,5\n5,\n", None)).X.shape == (4, 2)


def test_a_missing_header_is_suspected(read):
    (message,) = said(read("0.5,1.5,p\n2.5,3.5,q\n", "p"), "format")
    assert message.startswith("Names of columns are numbers such as '0.5'")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_row_that_is_longer_than_the_others_may_have_moved(read, mark):
    rows = [f"{i}{mark}{i / 2}{mark}{'pq'[i % 2]}" for i in range(9)]
    torn = f"3{mark}1{mark}234.50{mark}"
    header = f"b{mark}amount{mark}y"
    for place in (0, 4, 9):
        moved = "\n".join([header, *rows[:place], torn, *rows[place:]])
        with pytest.raises(
            InvalidInputError, match=rf"line {place + 2} .* 4 cells, the last .*234"
        ):
            read(moved)
    with pytest.raises(InvalidInputError, match=r"line 11 .* 5 cells"):
        read("\n".join([header, *(row + mark for row in rows), torn + mark]))
    assert len(read("\n".join([header, *(row + mark for row in rows)])).labels) == 9
    assert len(read("\n".join([header, *rows, f"3{mark}4{mark}{mark}"])).labels) == 9


def test_a_header_of_one_name_is_taken_for_a_title(read):
    for title in ("# a comment", "Report of 2024\n"):
        with pytest.raises(InvalidInputError, match=r"stands above line [23]"):
            read(f"{title}\na,b,y\n1,2,p\n")
    with pytest.raises(InvalidInputError, match="line 2 says it: remove what stands above"):
        read("A report,,\na,b,y\n1,2,p\n")
    with pytest.raises(InvalidInputError, match=r"'a b y'; if this is several .* tabs or bars"):
        read("a b y\n1 2 p\n")


def test_quotes_behind_blanks_open_cells(read):
    table = read('a, b, "the y"\n1, "x, z", "p"\n2, w, ""\n', "the y")
    assert table.features["b"].tolist() == ["x, z", "w"]
    assert table.labels.tolist() == ["p"]


@pytest.mark.parametrize("name", ["t.tsv", "t.tab", "t.tsv.gz"])
def test_tabs_are_what_the_name_says(read, name):
    rows = [f"Doe, {i}\t{i}\t{'pq'[i % 2]}" for i in range(5)]
    whole = "\n".join(["last, first\tb\ty", *rows]).encode()
    torn = whole + b"\tx"
    packed = gzip.compress if name.endswith("gz") else bytes
    assert read(packed(whole), name=name).features["b"].tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(InvalidInputError, match=r"line 6 .* 4 cells.* begin with 'x'"):
        read(packed(torn), name=name)
    assert read("a,b,y\n1,2,p\n", name="t.tsv").labels.tolist() == ["p"]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("t.csv", gzip.compress(b"a,y\n1,p\n", mtime=0), ".gz"),
        ("t.csv", b"PAR1" + bytes(20), ".parquet"),
        ("t.csv", b"PK\x03\x04" + bytes(20), ".xlsx"),
        ("t.csv.gz", b"PK\x03\x04" + bytes(20), ".xlsx"),
        ("t.parquet", b"\x1f\x8b" + bytes(20), ".gz"),
        ("t.tsv", b"\xd0\xcf\x11\xe0" + bytes(20), ".xls"),
    ],
)
def test_a_file_under_the_name_of_another_kind(read, name, content, kind):
    with pytest.raises(InvalidInputError, match=rf"it begins as a .*\{kind}.* file does"):
        read(content, name=name)


def test_names_that_a_row_repeats_are_no_row(read):
    rows = "1,2,p\n3,4,q\n"
    with pytest.raises(InvalidInputError, match=r"line 4 of .* repeats the names"):
        read(f"a,b,y\n{rows}a,b,y\n{rows}")
    assert read(f"a,b,y\n{rows}a,b,q\n").n_rows == 3
