/**
 * A cluster of one, in memory, without authentication between its daemons. The `paxos` times make the start fast: by
 * default each decision of the monitor takes a second. The watch and tick times let the cluster forget a killed gateway
 * in 3 s, by default 30 s: until then creating a bucket blocks.
 */
export function cephConfig(folder: string, fsid: string, monitorPort: number, gatewayPort: number): string {
  return `
[global]
fsid = ${fsid}
run dir = ${folder}
log file = ${folder}/$name.log
admin socket = ${folder}/$name.asok
pid file = ${folder}/$name.pid
mon host = v1:127.0.0.1:${monitorPort}
public addr = 127.0.0.1
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
mon data = ${folder}/mon
mon data avail crit = 1
mon allow pool size one = true
paxos propose interval = 0.05
paxos min wait = 0.01
osd data = ${folder}/osd
osd objectstore = memstore
osd client watch timeout = 3
objecter tick interval = 0.5
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
rgw enable usage log = false
`;
}
