package io.flowlog.agent.api;

/** Hostile clients of a TCP port. */
class TcpHostileClientTest extends HostileClientContract {
  TcpHostileClientTest() throws ListenException {
    super(new TcpPlace(new ApiConfig.Endpoint("127.0.0.1", 0), "api.test"));
  }
}
