package io.flowlog.agent.architecture.wrong.logger;

import java.net.http.HttpClient;

/** Uses the HTTP client outside its home. */
public final class FetchesPage {
  public Class<?> library() {
    return HttpClient.class;
  }
}
