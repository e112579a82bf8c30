#!/bin/sh
# machine.sh FOLDER: a copy of this machine with its own systemd. Its root is an overlay, so that it writes only below
# FOLDER; its processes, network and cgroups are separate. Ends when its systemd is killed.
set -eu
folder=$1
root=$folder/root

if [ "${2:-}" != inside ]; then
  # In a child of the current cgroup, so that systemd's cgroups are not created in the host's root cgroup.
  while IFS=: read -r _ controllers path; do
    case $controllers in '' | cpuset) continue ;; esac
    cgroup=/sys/fs/cgroup/${controllers#name=}$path/$(basename "$folder")
    mkdir -p "$cgroup"
    echo $$ >"$cgroup/cgroup.procs"
  done </proc/self/cgroup
  exec unshare --mount --pid --fork --uts --ipc --net --cgroup "$0" "$folder" inside
fi

mount --make-rprivate /
mount -t tmpfs tmpfs "$folder"
mkdir "$root" "$folder/upper" "$folder/work"
mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" overlay "$root"

mount -t proc proc "$root/proc"
# sysctls are global to the kernel: read-only.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
while IFS=: read -r _ controllers _; do
  case $controllers in '' | cpuset) continue ;; esac
  name=${controllers#name=}
  mkdir "$root/sys/fs/cgroup/$name"
  case $controllers in name=*) options=none,$controllers ;; *) options=$controllers ;; esac
  mount -t cgroup -o "$options" cgroup "$root/sys/fs/cgroup/$name"
done </proc/self/cgroup

mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/zero" c 1 5
mknod -m 666 "$root/dev/random" c 1 8
mknod -m 666 "$root/dev/urandom" c 1 9
mknod -m 666 "$root/dev/tty" c 5 0
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"

# Without the host's enabled units, and without an installed facepipe.
rm -rf "$root"/etc/systemd/system/*.wants "$root/etc/facepipe" "$root/opt/facepipe" "$root/var/lib/mosquitto/mosquitto.db"
od -An -N16 -tx1 /dev/urandom | tr -d " " >"$root/etc/machine-id"

ip link set lo up
# Not chroot, which forbids user namespaces. Shared propagation, or systemd cannot mount credentials for its services.
mkdir -p "$root/before"
cd "$root"
pivot_root . before
umount -l /before
mount --make-rshared /
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=basic.target --log-target=console --show-status=false
