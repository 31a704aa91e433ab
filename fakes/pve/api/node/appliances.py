"""Container templates that can be downloaded, and downloading one into a storage."""

from __future__ import annotations

from typing import Any

from fakes.pve.api.storage.wget import fetched
from fakes.pve.call import Call
from fakes.pve.http import ParameterError, route
from fakes.pve.storage.volumes import volumes
from fakes.pve.tables.appliances import SOURCE, TEMPLATES
from fakes.pve.tasks import Task


@route("GET", "/nodes/{node}/aplinfo")
def appliances(_call: Call) -> list[dict[str, Any]]:
    return [_row(section, template) for section, template in TEMPLATES]


def _row(section: str, template: str) -> dict[str, Any]:
    package, version, _ = template.split("_", 2)
    return {
        "template": template,
        "section": section,
        "package": package,
        "version": version,
        "os": "-".join(package.split("-")[:2]),
        "type": "lxc",
        "headline": package,
        "location": f"{SOURCE}/{section}/{template}",
        "source": SOURCE,
    }


@route("POST", "/nodes/{node}/aplinfo")
def download(call: Call) -> str:
    template, storeid = call.params["template"], call.params["storage"]
    section = next((section for section, name in TEMPLATES if name == template), None)
    if section is None:
        raise ParameterError({"template": "no such template"})
    reach = volumes(call.datacenter, call.node)
    config = reach.usable(storeid)
    if "vztmpl" not in config.content:
        raise ParameterError({"storage": f"storage '{storeid}' does not support vztmpl"})

    def work(task: Task) -> None:
        url = f"{SOURCE}/{section}/{template}"
        target = f"{config.folder('vztmpl')}/{template}"
        task.log(f"downloading {url} to {target}")
        content = fetched(call, task, url, target, verify=True)
        reach.write_file(storeid, "vztmpl", template, content)

    return call.start_task("download", template, work)
