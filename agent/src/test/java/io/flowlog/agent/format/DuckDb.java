package io.flowlog.agent.format;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** DuckDB, which reads our files and shares no code with what wrote them. Owned by one test. */
public final class DuckDb implements AutoCloseable {
  private final Connection connection;
  private final Statement statement;

  /** Opens an empty database in memory. */
  public DuckDb() throws SQLException {
    connection = DriverManager.getConnection("jdbc:duckdb:");
    statement = connection.createStatement();
    run("SET threads = 1");
  }

  /** Returns what a Parquet file is called in a query. */
  public static String parquet(Path file) {
    return "read_parquet('" + file + "')";
  }

  /** Executes something that has no result. */
  public void run(String sql) throws SQLException {
    statement.execute(sql);
  }

  /** Returns the names of a query's columns, then its rows; nothing stands for null. */
  public List<List<String>> query(String sql) throws SQLException {
    List<List<String>> lines = new ArrayList<>();
    try (ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      List<String> names = new ArrayList<>();
      for (int column = 1; column <= columns; column++) {
        names.add(result.getMetaData().getColumnName(column));
      }
      lines.add(names);
      while (result.next()) {
        List<String> line = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          String value = result.getString(column);
          line.add(value == null ? "" : value);
        }
        lines.add(line);
      }
    }
    return lines;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
