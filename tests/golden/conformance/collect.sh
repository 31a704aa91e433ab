LC_ALL=C; export LC_ALL
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; export PATH
umask 077
printf '\n%s begin %s\n' 'labctl-mark' 'date'
{ E=$( { timeout 30 date +%s.%N; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'hostname'
{ E=$( { timeout 30 hostname -s; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'machine_id'
{ E=$( { timeout 30 cat /etc/machine-id; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'timedatectl'
{ E=$( { timeout 30 timedatectl show -p NTPSynchronized; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'os_release'
{ E=$( { timeout 30 cat /etc/os-release; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'kernel'
{ E=$( { timeout 30 uname -r; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'dmi'
{ E=$( { timeout 30 grep -sH "" /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name /sys/class/dmi/id/product_uuid /sys/class/dmi/id/chassis_type; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'memory_devices'
{ E=$( { timeout 30 dmidecode -t 17; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'meminfo'
{ E=$( { timeout 30 cat /proc/meminfo; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'cpu'
{ E=$( { timeout 30 lscpu -J; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'cpu_max_khz'
{ E=$( { timeout 30 cat /sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'detect_virt'
{ E=$( { timeout 30 systemd-detect-virt; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'dev_kvm'
{ E=$( { timeout 30 test -c /dev/kvm; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'modules'
{ E=$( { timeout 30 cat /proc/modules; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'dmar_table'
{ E=$( { timeout 30 test -e /sys/firmware/acpi/tables/DMAR; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'iommu_groups'
{ E=$( { timeout 30 ls /sys/kernel/iommu_groups; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'disks'
{ E=$( { timeout 30 lsblk -b -d -J -o NAME,SIZE,ROTA,TRAN,RM,TYPE,MODEL; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'net_facts'
{ E=$( { timeout 30 grep -sH "" /sys/class/net/*/address /sys/class/net/*/type /sys/class/net/*/carrier /sys/class/net/*/speed /sys/class/net/*/duplex /sys/class/net/*/device/vendor /sys/class/net/*/device/device; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'net_links'
{ E=$( { timeout 30 ls -ld /sys/class/net/*/device /sys/class/net/*/device/driver /sys/class/net/*/device/subsystem /sys/class/net/*/phy80211 /sys/class/net/*/wireless; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'ip_link'
{ E=$( { timeout 30 ip -j -d link show; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'ip_addr'
{ E=$( { timeout 30 ip -j -4 addr show; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'ip_route'
{ E=$( { timeout 30 ip -j -4 route show default; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'dpkg_pve_manager'
{ E=$( { timeout 30 dpkg-query -s pve-manager; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'dpkg_proxmox_ve'
{ E=$( { timeout 30 dpkg-query -s proxmox-ve; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'pveversion'
{ E=$( { timeout 30 pveversion; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'pve_local'
{ E=$( { timeout 30 readlink /etc/pve/local; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'mounts'
{ E=$( { timeout 30 findmnt -J -l -o TARGET,SOURCE,FSTYPE; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'subscription'
{ E=$( { timeout 30 pvesubscription get; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'apt_sources'
{ E=$( { timeout 30 grep -rsH "" /etc/apt/sources.list /etc/apt/sources.list.d; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'corosync_conf'
{ E=$( { timeout 30 ls /etc/pve/corosync.conf /etc/corosync/corosync.conf; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'cluster_status'
{ E=$( { timeout 30 pvesh get /cluster/status --output-format json; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'cluster_services'
{ E=$( { timeout 30 systemctl is-active corosync corosync-qdevice corosync-qnetd; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'ha_resources'
{ E=$( { timeout 30 pvesh get /cluster/ha/resources --output-format json; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'ha_groups'
{ E=$( { timeout 30 pvesh get /cluster/ha/groups --output-format json; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'ha_status'
{ E=$( { timeout 30 pvesh get /cluster/ha/status/current --output-format json; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'storage'
{ E=$( { timeout 30 pvesh get /storage --output-format json; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'block_tree'
{ E=$( { timeout 30 lsblk -J -o NAME,PATH,TYPE,TRAN; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'pvs'
{ E=$( { timeout 30 pvs --reportformat json -o pv_name,vg_name; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'guests'
{ E=$( { timeout 30 pvesh get /cluster/resources --type vm --output-format json; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'guest_configs'
{ E=$( { timeout 30 grep -rH "" /etc/pve/qemu-server /etc/pve/lxc; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'task_index'
{ E=$( { timeout 30 grep -sh "" /var/log/pve/tasks/index.1 /var/log/pve/tasks/index; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'clone_logs'
{ E=$( { timeout 30 grep -sH "vm-" /var/log/pve/tasks/*/UPID*clone*; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'lvs'
{ E=$( { timeout 30 lvs --reportformat json -o vg_name,lv_name,origin; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'services'
{ E=$( { timeout 30 systemctl list-units --type=service --state=active --plain --no-legend --no-pager; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'nft'
{ E=$( { timeout 30 nft -j list ruleset; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'iptables_nat'
{ E=$( { timeout 30 iptables-save -t nat; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'sdn'
{ E=$( { timeout 30 grep -rH "" /etc/pve/sdn; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'terraform'
{ E=$( { timeout 30 find /root /home /opt /srv /usr/bin /usr/local/bin -xdev -maxdepth 6 -name "*.tfstate*" -not -type d -o -name terraform -perm /111 -not -type d -o -name tofu -perm /111 -not -type d; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'api_users'
{ E=$( { timeout 30 pvesh get /access/users --full 1 --output-format json; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'cluster_options'
{ E=$( { timeout 30 pvesh get /cluster/options --output-format json; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'listeners'
{ E=$( { timeout 30 ss -ltnH; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '\n%s begin %s\n' 'labctl-mark' 'ansible_marker'
{ E=$( { timeout 30 cat /etc/ansible/facts.d/deevnet.fact; } </dev/null 2>&1 1>&3 3>&- ); R=$?; } 3>&1
printf '\n%s status %s\n%s\n%s end\n' 'labctl-mark' "$R" "$E" 'labctl-mark'
printf '%s\n' 'labctl-mark done'
