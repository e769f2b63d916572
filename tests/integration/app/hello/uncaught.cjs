// Loaded before the service: throws where nobody catches it.
process.on("SIGUSR2", () => {
  throw new Error("nobody caught it");
});
