import { UserError } from "../../base/errors.ts";
import { lookUp, openTcp, secure } from "../../base/steps/network.ts";
import { withoutUndefined } from "../../base/without-undefined.ts";
import type { Broker } from "../broker.ts";
import { brokerError } from "../mqtt-errors.ts";
import type { RunBrokerStep } from "./step.ts";

/** DNS, TCP and, for mqtts and wss, TLS: each a step of its own; `deadline` in milliseconds since 1970. */
export async function probeNetwork(broker: Broker, deadline: number, runStep: RunBrokerStep): Promise<void> {
  const left = () => Math.max(1, deadline - Date.now());
  await runStep("dns", () => lookUp(broker.host, left()));
  const { socket } = await runStep("tcp", () => openTcp(broker, left()));
  try {
    if (broker.protocol === "mqtts" || broker.protocol === "wss") {
      const { ca, cert, key } = broker;
      // With the certificate verified as for a role.
      const handshake = () => secure(socket, broker, left(), withoutUndefined({ ca, cert, key }));
      await runStep("tls", () => handshake().catch((error) => Promise.reject(withNames(error, broker))));
    }
  } finally {
    socket.destroy();
  }
}

/** Adds the names that the certificate is for to an error that says it is for another one. */
function withNames(error: unknown, broker: Broker): unknown {
  const { code, cert } = error as { code?: string; cert?: { subjectaltname?: string } };
  if (code !== "ERR_TLS_CERT_ALTNAME_INVALID" || !cert?.subjectaltname) return error;
  const { code: errorCode, message, remedy } = brokerError(error, broker);
  return new UserError(errorCode, `${message} (it is for ${cert.subjectaltname})`, remedy, error);
}
