"""Writes entries to the index of a bucket of Ceph's RADOS gateway, so that a listing has keys that were never uploaded.

    fill_bucket_index.py CEPH_CONF TEMPLATE_KEY < KEYS

A million uploads take an hour, their index entries a minute. The entry of an object that was uploaded is the template:
the others are the same with another name. Such an object can be listed, but not read, and the bucket's statistics do
not count it. Entries are dealt to the index's shards in turn: a listing merges all shards, whichever a key is in.
"""
import struct
import sys

import rados

POOL = "default.rgw.buckets.index"
# Entries of one write operation: an OSD refuses one of more than 90 MB.
BATCH = 5000

# rgw_bucket_dir_entry (cls/rgw/cls_rgw_types.h): version, oldest compatible version, length of what follows,
# and first of that the key's name: its length and its bytes. All integers are little endian.
HEADER = struct.Struct("<BBI")
LENGTH = struct.Struct("<I")


def rename(entry, old, new):
    """The entry with another name. Raises ValueError when the entry is not of the form above."""
    version, compatible, size = HEADER.unpack_from(entry)
    name_at = HEADER.size + LENGTH.size
    (length,) = LENGTH.unpack_from(entry, HEADER.size)
    rest = entry[name_at + length:]
    if size != len(entry) - HEADER.size or entry[name_at:name_at + length] != old:
        raise ValueError("this Ceph encodes index entries in another way: " + entry.hex())
    header = HEADER.pack(version, compatible, size + len(new) - len(old))
    return header + LENGTH.pack(len(new)) + new + rest


def find_template(pool, key):
    """The entry of an uploaded object, and the names of all shards of its bucket's index."""
    names = [each.key for each in pool.list_objects() if each.key.startswith(".dir.")]
    for name in names:
        with rados.ReadOpCtx() as operation:
            entries, _ = pool.get_omap_vals_by_keys(operation, (key,))
            pool.operate_read_op(operation, name)
            for _, entry in entries:
                bucket = name.rpartition(".")[0]
                return entry, [each for each in names if each.rpartition(".")[0] == bucket]
    raise LookupError("no index in the pool " + POOL + " has " + key)


def write(pool, shard, keys, entries):
    with rados.WriteOpCtx() as operation:
        pool.set_omap(operation, keys, entries)
        pool.operate_write_op(operation, shard)


def main():
    conf, template_key = sys.argv[1:]
    with rados.Rados(conffile=conf) as cluster, cluster.open_ioctx(POOL) as pool:
        template, shards = find_template(pool, template_key)
        old = template_key.encode()
        # One batch for each shard.
        batches = [([], []) for _ in shards]
        for number, line in enumerate(sys.stdin):
            key = line.rstrip("\n")
            shard = number % len(shards)
            keys, entries = batches[shard]
            keys.append(key)
            entries.append(rename(template, old, key.encode()))
            if len(keys) == BATCH:
                write(pool, shards[shard], tuple(keys), tuple(entries))
                batches[shard] = ([], [])
        for shard, (keys, entries) in zip(shards, batches):
            if keys:
                write(pool, shard, tuple(keys), tuple(entries))


if __name__ == "__main__":
    main()
