"""A site's lab on libvirt: bring it up, take it down, say how it is. Each works from whatever an earlier run left."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from fixtures.errors import LabError, Problem
from fixtures.site import Site
from sim import access, paths, preflight
from sim.accelerator import kvm_verdict
from sim.access import SshEndpoint
from sim.assembly import assemble
from sim.boot import wait_until_ready
from sim.connection import Connection, LabObject, connect
from sim.daemon import Daemon, daemon_of
from sim.emulator_options import Accelerator
from sim.lock import hold
from sim.media import NodeImage, ensure_image
from sim.nodefiles import NodeFiles
from sim.paths import LabFolder
from sim.plan import LabPlan, NetworkPlan, NodePlan, plan_lab
from sim.progress import Progress
from sim.recipe import node_recipe
from sim.xml import network_xml, node_xml, read_mark


@dataclass(frozen=True)
class NodeStatus:
    """One node as it is now; `address` is what DHCP gave it, None while it has none."""

    name: str
    is_running: bool
    address: str | None
    console: str


@dataclass(frozen=True)
class LabStatus:
    """A site's lab as it is now. `uri` is None where there is no lab at all."""

    site: str
    uri: str | None
    is_reachable: bool
    networks: tuple[str, ...]
    nodes: tuple[NodeStatus, ...]


@dataclass(frozen=True)
class Removed:
    """What a `down` took away, by libvirt's names and as paths."""

    nodes: tuple[str, ...]
    networks: tuple[str, ...]
    private_daemon: bool
    folder: str | None

    @property
    def is_nothing(self) -> bool:
        """There was no lab to take down."""
        return self == Removed((), (), private_daemon=False, folder=None)


def up(
    site: Site, *, only: Collection[str] = (), uri: str | None = None, timeout_s: float, progress: Progress
) -> dict[str, SshEndpoint]:
    """How to log in to each node of the plan, all of them running and answering SSH.

    What is up already stays as it is. Raises LabError when something is missing here, NodeStartError when a node does
    not come up; what was started by then stays for `down`, and for whoever wants to look at it.
    """
    plan = plan_lab(site, only)
    folder = paths.lab_folder(site.name)
    with hold(folder.lock):
        daemon = daemon_of(folder, uri)
        running = {node.name for node in status(site.name, uri=uri).nodes if node.is_running}
        to_start = [node for node in plan.nodes if node.name not in running]
        preflight.require(daemon, paths.image_cache(), nodes=len(to_start))
        image = ensure_image(node_recipe(), paths.image_cache(), progress)
        accelerator = _accelerator(image, progress)
        daemon.ensure_running(progress)
        with connect(daemon.uri) as connection:
            for network in plan.networks:
                _start_network(connection, network, site.name, progress)
            client, hosts = access.lab_keys(folder, [node.name for node in plan.nodes])
            endpoints = {}
            for node in plan.nodes:
                files = NodeFiles(folder.node(node.name), image.kernel)
                if not _is_up_to_date(connection, plan, node, files, accelerator):
                    network = plan.network_of(node)
                    assemble(node, network, files, image, client=client, host=hosts[node.name])
                    connection.start_node(_definition(connection, plan, node, files, accelerator))
                    progress.say(f"{node.name}: started as {node.domain_name} ({accelerator})")
                endpoint = partial(_endpoint, connection, daemon, folder, plan, node)
                seconds = wait_until_ready(
                    node.name,
                    files.console,
                    is_running=partial(connection.is_node_running, node.domain_name),
                    endpoint=endpoint,
                    timeout_s=timeout_s,
                    progress=progress,
                )
                endpoints[node.name] = endpoint()
                progress.say(f"{node.name}: {endpoints[node.name].host} answers SSH after {seconds:.0f} s")
        return endpoints


def down(site: str, *, uri: str | None = None) -> Removed:
    """What was taken away: every object with the site's mark, the private daemon, and the lab's folder."""
    folder = paths.lab_folder(site)
    with hold(folder.lock):
        daemon = daemon_of(folder, uri)
        # What lives in a private daemon's namespaces ends with it, also when the daemon no longer answers.
        nodes, networks = ((), ()) if daemon.private else _remove_objects(daemon.uri, site)
        was_private = daemon.stop()
        existed = folder.path.exists()
        if existed:
            shutil.rmtree(folder.path)
    return Removed(nodes, networks, private_daemon=was_private, folder=str(folder.path) if existed else None)


def status(site: str, *, uri: str | None = None) -> LabStatus:
    """How the lab of a site is; looks only."""
    folder = paths.lab_folder(site)
    daemon = daemon_of(folder, uri)
    known = sorted(path.name for path in folder.path.glob("nodes/*"))
    if not daemon.is_running:
        nodes = tuple(NodeStatus(name, False, None, str(folder.node(name) / "console.log")) for name in known)
        return LabStatus(site, daemon.uri if folder.path.exists() else None, False, (), nodes)
    with connect(daemon.uri) as connection:
        networks = connection.networks(site)
        running = {node.mark.name: node for node in connection.nodes(site)}
        names = sorted({*known, *running})
        nodes = tuple(_node_status(connection, folder, networks, name, running.get(name)) for name in names)
    return LabStatus(site, daemon.uri, True, tuple(network.name for network in networks), nodes)


def running_nodes(site: Site, uri: str | None = None) -> tuple[str, ...]:
    """The names of the site's nodes that run. LabError where none does."""
    names = tuple(node.name for node in status(site.name, uri=uri).nodes if node.is_running)
    if not names:
        hint = f'bring it up with "labctl sim up {site.name}"'
        raise LabError(Problem(f"site {site.name}", "no node of it runs in the simulated lab", hint))
    return names


def ssh_endpoint(site: Site, node: str, uri: str | None = None) -> SshEndpoint:
    """How to log in to a running node of the site's lab. LabError where it does not run or has no address."""
    plan = plan_lab(site, [node])
    folder = paths.lab_folder(site.name)
    daemon = daemon_of(folder, uri)
    wanted = plan.node(node)
    hint = f'bring it up with "labctl sim up {site.name} --only {node}"'
    if not daemon.is_running:
        raise LabError(Problem(node, "the simulated lab is not running", hint))
    with connect(daemon.uri) as connection:
        if not connection.is_node_running(wanted.domain_name):
            raise LabError(Problem(node, "not running in the simulated lab", hint))
        return _endpoint(connection, daemon, folder, plan, wanted)


def _remove_objects(uri: str, site: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    with connect(uri) as connection:
        nodes = tuple(node.name for node in connection.nodes(site))
        networks = tuple(network.name for network in connection.networks(site))
        for node in nodes:
            connection.remove_node(node)
        for network in networks:
            connection.remove_network(network)
    return nodes, networks


def _accelerator(image: NodeImage, progress: Progress) -> Accelerator:
    progress.during("looking whether KVM works here")
    verdict = kvm_verdict(image, paths.image_cache())
    if not verdict.works:
        progress.say(f"emulating in software: {verdict.reason}")
    return verdict.accelerator


def _start_network(connection: Connection, network: NetworkPlan, site: str, progress: Progress) -> None:
    xml = network_xml(network, site=site)
    wanted = read_mark(xml)
    found = next((item for item in connection.networks(site) if item.name == network.name), None)
    if found and found.mark == wanted and found.is_running:
        return
    if found is None and connection.foreign(network.name, kind="network"):
        raise LabError(Problem(network.name, "libvirt has a network of this name that is not the lab's"))
    if found and found.is_running and any(node.is_running for node in connection.nodes(site)):
        # Replacing it would cut off the nodes that are attached to it.
        progress.say(f"network {network.name}: the inventory has changed; it will follow after a down and up")
        return
    if found:
        connection.remove_network(found.name)
    connection.start_network(xml)
    progress.say(f"network {network.name}: {network.subnet}, {len(network.reservations)} reservations")


def _is_up_to_date(
    connection: Connection, plan: LabPlan, node: NodePlan, files: NodeFiles, accelerator: Accelerator
) -> bool:
    """Whether the node runs already, from the same definition or from an older one that must not be disturbed."""
    found = next((item for item in connection.nodes(plan.site) if item.name == node.domain_name), None)
    if found is None and connection.foreign(node.domain_name, kind="node"):
        raise LabError(Problem(node.domain_name, "libvirt has a domain of this name that is not the lab's"))
    if found is None or not found.is_running:
        return False
    if found.mark != read_mark(_definition(connection, plan, node, files, accelerator)):
        what = "it runs from an older definition than the site now asks for"
        raise LabError(Problem(node.name, what, f'take it down first: "labctl sim down {plan.site}"'))
    return True


def _definition(
    connection: Connection, plan: LabPlan, node: NodePlan, files: NodeFiles, accelerator: Accelerator
) -> str:
    confined_by = connection.security_models()
    return node_xml(node, files, site=plan.site, accelerator=accelerator, confined_by=confined_by)


def _endpoint(connection: Connection, daemon: Daemon, folder: LabFolder, plan: LabPlan, node: NodePlan) -> SshEndpoint:
    leases = (lease.ip for lease in connection.leases(node.network) if lease.mac == node.mac)
    address = next(leases, None)
    if address is None:
        raise LabError(Problem(node.name, "DHCP has not given it an address yet"))
    return SshEndpoint(
        host=address,
        port=22,
        user="root",
        identity_file=str(folder.client_key),
        proxy_command=daemon.proxy_command(),
        known_hosts=str(folder.known_hosts),
        host_key_alias=node.name,
    )


def _node_status(
    connection: Connection,
    folder: LabFolder,
    networks: tuple[LabObject, ...],
    name: str,
    found: LabObject | None,
) -> NodeStatus:
    is_running = found is not None and found.is_running
    leases = (lease for network in networks if network.is_running for lease in connection.leases(network.name))
    address = next((lease.ip for lease in leases if lease.hostname == name), None) if is_running else None
    return NodeStatus(name, is_running, address, str(folder.node(name) / "console.log"))
