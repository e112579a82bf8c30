import assert from "node:assert/strict";
import { test } from "node:test";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { Machine, machineMissing } from "./machine.ts";
import { systemdMissing } from "./scratch-root.ts";

const skip =
  machineMissing() ??
  systemdMissing() ??
  mosquittoMissing() ??
  (process.env["FACEPIPE_TEST_LONG"]
    ? undefined
    : "takes a minute and 1 GB of memory: set FACEPIPE_TEST_LONG=1");

const project = process.cwd();
const services = "facepipe-detect facepipe-forward facepipe-log";
/** The cloud: the broker of deploy/compose, with this test's paths, and store. */
const cloud = `
  mkdir -p /srv/mosquitto/config /srv/mosquitto/data /srv/tmp /srv/run && cp -r /srv/secrets /srv/run/
  for file in start.sh:start.sh cloud.conf:mosquitto.conf cloud.acl:acl; do
    sed -E 's#(^|[ "=:>-])/(run/secrets|mosquitto|tmp)/#\\1/srv/\\2/#g; s#^listener#user root\\nlistener#' \
      ${project}/deploy/compose/mosquitto/\${file%:*} >/srv/mosquitto/config/\${file#*:}
  done
  systemd-run --unit=cloud-broker sh /srv/mosquitto/config/start.sh cloud
  systemd-run --unit=cloud-store /opt/facepipe/node /opt/facepipe/bin/facepipe.js store --to /srv/faces --client-id store \
    --broker mqtts://localhost:8883 --ca /srv/secrets/ca.crt --username store --password-file /srv/secrets/cloud-store.password \
    --connect-timeout 60`;

const untilTrue = (condition: string) =>
  `for i in $(seq 240); do ${condition} && exit 0; sleep 0.5; done; exit 1`;

test("the installed services deliver every face to the cloud, though it starts later and they are killed", {
  skip,
}, async (t) => {
  const machine = await Machine.start(t);
  await machine.sh(`cd ${project} && deploy/make-secrets.sh /srv/secrets localhost`);
  await machine.sh(
    `mkdir -p /etc/facepipe && sed -e 's/cloud.example/localhost/' -e 's/emit: best/emit: all/' \
      ${project}/deploy/systemd/facepipe.yaml.example >/etc/facepipe/facepipe.yaml`,
  );
  await machine.sh(`cd ${project} && deploy/systemd/install.sh --secrets /srv/secrets`);
  // Faces are detected, and the cloud's broker has never had a subscriber.
  await machine.sh(untilTrue("journalctl -u facepipe-log -o cat | grep -q camera-1"));
  await machine.sh(cloud);
  await machine.sh(untilTrue("ls /srv/faces/camera-1 >/dev/null 2>&1"));
  assert.equal(await machine.sh(`systemctl is-active ${services}`), "active\nactive\nactive");

  await machine.sh("systemctl kill --kill-whom=main --signal=KILL facepipe-forward facepipe-log");
  await machine.sh(untilTrue(`systemctl is-active --quiet ${services}`));
  await machine.sh("systemctl stop facepipe-detect");
  // A stop does not wait for confirmations: what is unconfirmed is in the spool.
  await machine.sh(`/opt/facepipe/node /opt/facepipe/bin/facepipe.js detect --drain \
    --spool /var/lib/facepipe-detect/spool --broker mqtt://localhost:1883 --username detect \
    --password-file /srv/secrets/edge-detect.password`);
  const summary = await machine.sh("journalctl -u facepipe-detect -o cat | grep ' faces, ' | tail -1");
  const faces = Number(/(\d+) faces/.exec(summary)?.[1]);
  assert.ok(faces > 0, summary);
  await machine.sh(untilTrue(`[ $(find /srv/faces -name '*.png' | wc -l) -ge ${faces} ]`));
  assert.equal(await machine.sh("find /srv/faces -name '*.png' | wc -l"), String(faces));

  const environment = await machine.sh(
    "tr '\\0' '\\n' </proc/$(systemctl show -P MainPID facepipe-forward)/environ",
  );
  assert.doesNotMatch(environment, /PASSWORD=/);
  await machine.sh(`cd ${project} && deploy/systemd/uninstall.sh --purge`);
  assert.equal(
    await machine.sh("ls -d /opt/facepipe /etc/facepipe /var/lib/facepipe-detect 2>/dev/null; true"),
    "",
  );
});
