"""The HTTP surface: paths, methods, bodies, formats and headers as a real node's proxy has them."""

from __future__ import annotations

import pytest

from tests.contract.client import Pve

VERSION = {"version": "8.4.1", "release": "8.4", "repoid": "2a5fa54a8503f96d"}
FORM = "application/x-www-form-urlencoded"


def test_an_unknown_path_is_not_implemented(pve: Pve) -> None:
    answer = pve.get("/nope")

    assert (answer.status, answer.reason) == (501, "Method 'GET /nope' not implemented")
    assert answer.json == {"data": None, "message": "Method 'GET /nope' not implemented"}


def test_a_wrong_method_is_not_implemented(pve: Pve) -> None:
    assert pve.post("/version").reason == "Method 'POST /version' not implemented"


@pytest.mark.parametrize("method", ["PATCH", "HEAD", "OPTIONS"])
def test_other_methods_are_not_available(pve: Pve, method: str) -> None:
    answer = pve.call(method, "/version")

    assert (answer.status, answer.reason) == (501, f"method '{method}' not available")
    assert "Content-Type" not in answer.headers


def test_a_blank_in_a_path_matches_no_variable(pve: Pve) -> None:
    assert pve.get("/access/users/a%20b@pve").reason == "Method 'GET /access/users/a b@pve' not implemented"


@pytest.mark.parametrize("path", ["/version/", "//version", "//version//"])
def test_extra_slashes_do_not_matter(pve: Pve, path: str) -> None:
    assert pve.get(path).data == VERSION


def test_the_root_lists_the_areas(pve: Pve) -> None:
    names = {row["subdir"] for row in pve.get("/").data}

    assert names == {"version", "cluster", "nodes", "storage", "access", "pools"}


@pytest.mark.parametrize("path", ["/api2/", "/api2", "/api2/JSON/version"])
def test_a_path_without_a_format_is_no_such_uri(pve: Pve, path: str) -> None:
    answer = pve.get(path, shape="")

    assert (answer.status, answer.reason, answer.body) == (501, "no such uri", b"no such uri")


def test_an_unknown_format_has_no_formatter(pve: Pve) -> None:
    answer = pve.get("/version", shape="xml")

    assert (answer.status, answer.reason) == (501, "no formatter for uri /version, xml")


def test_a_file_that_is_not_there_is_an_error_in_plain_text(pve: Pve) -> None:
    answer = pve.get("/nope", shape="")

    assert (answer.status, answer.reason, answer.body) == (500, "no such file '/nope'", b"no such file '/nope'\n")


def test_content_type_is_byte_for_byte_the_proxys(pve: Pve) -> None:
    assert pve.get("/version").headers["Content-Type"] == "application/json;charset=UTF-8"


def test_replies_carry_the_proxys_headers(pve: Pve) -> None:
    headers = pve.get("/version").headers

    assert headers["Server"] == "pve-api-daemon/3.0"
    assert (headers["Cache-Control"], headers["Pragma"]) == ("max-age=0", "no-cache")
    assert headers["Date"] == headers["Expires"]


def test_a_method_without_result_answers_null(pve: Pve) -> None:
    assert pve.post("/access/groups", {"groupid": "ops"}).json == {"data": None}


def test_all_faulty_parameters_are_reported_together(pve: Pve) -> None:
    answer = pve.post("/nodes/hv01/qemu", {"vmid": "abc", "cores": 0, "onboot": "yes", "foo": 1})

    assert (answer.status, answer.reason) == (400, "Parameter verification failed.")
    assert answer.errors == {
        "vmid": "type check ('integer') failed - got 'abc'",
        "cores": "value must have a minimum value of 1",
        "onboot": "type check ('boolean') failed - got 'yes'",
        "foo": "property is not defined in schema and the schema does not allow additional properties",
    }


def test_query_parameters_of_a_post_are_merged_with_the_body(pve: Pve) -> None:
    pve.post("/access/groups?groupid=ops", {"comment": "Operators"})

    assert pve.get("/access/groups/ops").data == {"comment": "Operators", "members": []}


def test_a_semicolon_separates_pairs_too(pve: Pve) -> None:
    pve.post("/access/groups", data="groupid=ops;comment=Operators", headers={"Content-Type": FORM})

    assert pve.get("/access/groups/ops").data["comment"] == "Operators"


def test_a_second_equals_sign_cuts_the_value(pve: Pve) -> None:
    pve.post("/access/groups", data="groupid=ops&comment=a=b", headers={"Content-Type": FORM})

    assert pve.get("/access/groups/ops").data["comment"] == "a"


def test_a_repeated_key_is_an_array(pve: Pve) -> None:
    answer = pve.post("/access/groups", data="groupid=a1&groupid=b1", headers={"Content-Type": FORM})

    assert answer.errors == {"groupid": "type check ('string') failed - got ARRAY"}


def test_a_repeated_key_of_a_list_is_joined(pve: Pve) -> None:
    pve.post("/access/groups", {"groupid": "a1"})
    pve.post("/access/groups", {"groupid": "b1"})

    body = "userid=x@pve&groups=a1&groups=b1"
    assert pve.post("/access/users", data=body, headers={"Content-Type": FORM}).status == 200
    assert sorted(pve.get("/access/users/x@pve").data["groups"]) == ["a1", "b1"]


def test_json_truth_values_are_one_and_zero(pve: Pve) -> None:
    pve.post("/access/users", json={"userid": "x@pve", "enable": False})

    assert pve.get("/access/users/x@pve").data["enable"] == 0


def test_a_json_null_counts_as_missing(pve: Pve) -> None:
    assert pve.post("/access/groups", json={"groupid": None}).errors == {
        "groupid": "property is missing and it is not optional"
    }


def test_a_json_array_is_an_interpreter_error(pve: Pve) -> None:
    answer = pve.post("/access/groups", json=[1])

    reason = "Not a HASH reference at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 957."
    assert (answer.status, answer.reason, answer.body.decode()) == (500, reason, f"{reason}\n")


def test_broken_json_is_an_interpreter_error(pve: Pve) -> None:
    answer = pve.post("/access/groups", data='{"groupid":', headers={"Content-Type": "application/json"})

    assert answer.status == 500
    assert answer.reason.startswith(
        "malformed JSON string, neither tag, array, object, number, string or atom, "
        'at character offset 11 (before "(end of string)") at '
    )


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=X", "application/xml"])
def test_other_content_types_are_not_implemented(pve: Pve, content_type: str) -> None:
    answer = pve.post("/access/groups", data="groupid=x", headers={"Content-Type": content_type})

    reason = f"upload 'Content-Type '{content_type}' not implemented"
    assert (answer.status, answer.reason, answer.body.decode()) == (506, reason, reason)


def test_a_delete_with_a_body_is_refused(pve: Pve) -> None:
    answer = pve.delete("/access/groups/ops", data="x=1")

    assert (answer.status, answer.reason) == (501, "Unexpected content for method 'DELETE'")


def test_a_form_may_not_be_larger_than_64_kib(pve: Pve) -> None:
    answer = pve.post("/access/groups", {"groupid": "ops", "comment": "x" * 65536})

    assert (answer.status, answer.reason) == (501, "for data too large")


def test_a_chunked_body_is_refused(pve: Pve) -> None:
    answer = pve.post("/access/groups", data=iter([b"groupid=ops"]), headers={"Transfer-Encoding": "chunked"})

    assert (answer.status, answer.reason) == (501, "chunked transfer encoding not supported")


def test_a_path_parameter_may_be_repeated_as_it_is(pve: Pve) -> None:
    pve.post("/access/groups", {"groupid": "ops"})

    assert pve.put("/access/groups/ops", {"groupid": "ops", "comment": "c"}).status == 200


def test_a_path_parameter_repeated_with_another_value_is_a_conflict(pve: Pve) -> None:
    answer = pve.put("/access/groups/ops", {"groupid": "other"})

    assert answer.errors == {"groupid": "duplicate parameter (already defined in URI) with conflicting values!"}


def test_the_browsers_cache_parameter_is_ignored(pve: Pve) -> None:
    assert pve.get("/version", {"_dc": "1"}).data == VERSION


def test_an_unknown_node_is_a_lookup_that_failed(pve: Pve) -> None:
    answer = pve.get("/nodes/nope/qemu")

    assert (answer.status, answer.reason) == (
        500,
        "hostname lookup 'nope' failed - failed to get address info for: nope: Name or service not known",
    )


def test_localhost_names_the_node_itself(pve: Pve) -> None:
    assert pve.get("/nodes/localhost/version").data == VERSION


def test_index_pages_answer_for_any_node(pve: Pve) -> None:
    assert {"name": "qemu"} in pve.get("/nodes/nope").data


def test_an_error_with_a_utf8_word_reaches_the_client(pve: Pve) -> None:
    answer = pve.get("/access/roles/Prüfer")

    assert answer.errors == {"roleid": "invalid format - role name 'Prüfer' contains invalid characters\n"}


def test_a_large_reply_is_compressed_only_for_those_who_ask(pve: Pve) -> None:
    plain = pve.get("/access/roles", headers={"Accept-Encoding": "identity"})
    packed = pve.get("/access/roles", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert plain.data == packed.data


def test_parameters_are_checked_before_the_method_itself(pve: Pve) -> None:
    answer = pve.post("/nodes/hv01/ceph/osd", {"zzz": 1})

    assert set(answer.errors) == {"dev", "zzz"}


class TestExtjs:
    """/api2/extjs answers 200 to everything but a refusal at the door."""

    def test_success_is_marked(self, pve: Pve) -> None:
        assert pve.get("/version", shape="extjs").json == {"success": 1, "data": VERSION}

    def test_a_plain_error_has_a_numeric_status(self, pve: Pve) -> None:
        answer = pve.get("/access/groups/nope", shape="extjs")

        assert (answer.status, answer.reason) == (200, "OK")
        assert answer.json == {
            "success": 0,
            "data": None,
            "status": 500,
            "message": "group 'nope' does not exist\n",
        }

    def test_a_refused_parameter_has_a_textual_status(self, pve: Pve) -> None:
        answer = pve.post("/access/groups", {"groupid": "a b"}, shape="extjs")

        assert (answer.json["status"], answer.json["success"]) == ("400", 0)
        assert answer.errors == {"groupid": "invalid format - group name 'a b' contains invalid characters\n"}

    def test_a_failed_login_comes_this_way_too(self, pve: Pve) -> None:
        answer = pve.anonymous().post("/access/ticket", {"username": "root@pam", "password": "x"}, shape="extjs")

        assert (answer.status, answer.json["status"]) == (200, "401")

    def test_the_door_stays_a_401(self, pve: Pve) -> None:
        assert pve.anonymous().get("/version", shape="extjs").status == 401
