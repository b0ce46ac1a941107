"""Options of one name, stopwatches, records."""

import json
import time

import pytest

pytest.importorskip("threadpoolctl")
from threadpoolctl import threadpool_info

from harness import Stopwatch, in_own_process, one_thread, parser, write_record


def threads():
    return [pool["num_threads"] for pool in threadpool_info()]


def test_a_script_has_the_options_it_asks_for():
    options = parser("What.", data=True, seeds=3, quick="less").parse_args(["--data", "x"])
    assert options.data.name == "x"
    assert (options.out, options.seeds, options.quick) == (None, 3, False)
    bare = vars(parser("What.", out=False).parse_args([]))
    assert bare == {}


def test_a_timed_function_has_one_thread():
    before = threads()
    assert set(one_thread(threads)()) <= {1}
    assert threads() == before


def test_a_stopwatch_keeps_every_call_and_gives_its_value():
    watch = Stopwatch()
    assert [watch.time(lambda: 7) for _ in range(3)] == [7, 7, 7]
    watch.time(lambda: time.sleep(0.02))
    assert len(watch.elapsed) == len(watch.cpu) == 4
    assert max(watch.elapsed) >= 0.02 > watch.median


def test_another_process_answers_on_one_thread():
    assert in_own_process(divmod, 7, 2) == (3, 1)
    assert set(in_own_process(threads)) <= {1}  # old releases of threadpoolctl know no BLAS


def test_a_record_is_a_file_of_its_name(tmp_path, capsys):
    write_record(None, "speed", {})
    write_record(tmp_path / "new", "speed", {"seconds": 1.5})
    assert json.loads((tmp_path / "new" / "speed.json").read_text()) == {"seconds": 1.5}
    assert capsys.readouterr().out.count("speed.json") == 1
