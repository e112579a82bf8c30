/**
 * Ties this process to its supervisor: signals do not end it, the end of the supervisor does.
 * Returns a function after which the process may disconnect by itself.
 */
export function liveWithSupervisor(): () => void {
  // Ctrl-C reaches every process of the terminal; the supervisor decides when to stop.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
  // Without a supervisor nobody needs the results.
  const die = () => process.kill(process.pid, "SIGKILL");
  process.on("disconnect", die);
  return () => process.off("disconnect", die);
}
