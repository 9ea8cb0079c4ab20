-- Views of flow logs for DuckDB. Replace /srv/flow-logs by the folder that storage_url names, or
-- by s3://{bucket}/{folder} (INSTALL httpfs; LOAD httpfs; CREATE SECRET ...).
-- Compressed files (.gz, .zst, any Parquet) need no other statement.

-- CSV, the 17 default fields, partition_period year=#{year}/month=#{month}/day=#{day}
CREATE OR REPLACE VIEW flow_csv AS
SELECT *
FROM read_csv('/srv/flow-logs/year=*/month=*/day=*/*.csv*',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '',
    hive_partitioning = true,
    hive_types = {'year': INTEGER, 'month': INTEGER, 'day': INTEGER},
    columns = {
      'timestamp_start': 'BIGINT', 'timestamp_end': 'BIGINT', 'interface_id': 'VARCHAR',
      'vm_id': 'VARCHAR', 'subnet_id': 'VARCHAR', 'vpc_id': 'VARCHAR', 'region': 'VARCHAR',
      'protocol': 'INTEGER', 'src_addr': 'VARCHAR', 'dst_addr': 'VARCHAR', 'src_port': 'INTEGER',
      'dst_port': 'INTEGER', 'tcp_flag': 'INTEGER', 'packets': 'BIGINT', 'bytes': 'BIGINT',
      'filter': 'VARCHAR', 'status': 'VARCHAR'
    });

-- CSV, the 17 default fields, partition_period DAY (or HOUR)
CREATE OR REPLACE VIEW flow_csv_by_day AS
SELECT * EXCLUDE (filename, place), place.year::INTEGER AS year, place.month::INTEGER AS month,
       place.day::INTEGER AS day
FROM (SELECT *,
       regexp_extract(filename, '/(\d{4})/(\d\d)/(\d\d)/(?:\d\d/)?[^/]+$',
           ['year', 'month', 'day']) AS place
FROM read_csv('/srv/flow-logs/**/*.csv*',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', filename = true,
    columns = {
      'timestamp_start': 'BIGINT', 'timestamp_end': 'BIGINT', 'interface_id': 'VARCHAR',
      'vm_id': 'VARCHAR', 'subnet_id': 'VARCHAR', 'vpc_id': 'VARCHAR', 'region': 'VARCHAR',
      'protocol': 'INTEGER', 'src_addr': 'VARCHAR', 'dst_addr': 'VARCHAR', 'src_port': 'INTEGER',
      'dst_port': 'INTEGER', 'tcp_flag': 'INTEGER', 'packets': 'BIGINT', 'bytes': 'BIGINT',
      'filter': 'VARCHAR', 'status': 'VARCHAR'
    }));

-- CSV, all fields, partition_period year=#{year}/month=#{month}/day=#{day}
CREATE OR REPLACE VIEW flow_csv_all AS
SELECT *
FROM read_csv('/srv/flow-logs/year=*/month=*/day=*/*.csv*',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '',
    hive_partitioning = true,
    hive_types = {'year': INTEGER, 'month': INTEGER, 'day': INTEGER},
    columns = {
      'timestamp_start': 'BIGINT', 'timestamp_end': 'BIGINT', 'interface_id': 'VARCHAR',
      'vm_id': 'VARCHAR', 'owner_type': 'VARCHAR', 'owner_id': 'VARCHAR', 'subnet_id': 'VARCHAR',
      'vpc_id': 'VARCHAR', 'region': 'VARCHAR', 'protocol': 'INTEGER', 'src_addr': 'VARCHAR',
      'dst_addr': 'VARCHAR', 'src_port': 'INTEGER', 'dst_port': 'INTEGER', 'tcp_flag': 'INTEGER',
      'packets': 'BIGINT', 'bytes': 'BIGINT', 'direction': 'VARCHAR', 'filter': 'VARCHAR',
      'transithub_drop_no_route_packets': 'BIGINT', 'transithub_drop_no_route_bytes': 'BIGINT',
      'transithub_drop_black_hole_packets': 'BIGINT',
      'transithub_drop_black_hole_bytes': 'BIGINT', 'status': 'VARCHAR',
      'traffic_path': 'INTEGER', 'project_id': 'VARCHAR', 'host': 'VARCHAR',
      'ip_version': 'INTEGER', 'icmp_type': 'INTEGER', 'icmp_code': 'INTEGER',
      'tcp_flags_all': 'INTEGER', 'initiator': 'INTEGER', 'tcp_state': 'VARCHAR',
      'setup_us': 'BIGINT', 'lost_packets': 'BIGINT', 'drop_point': 'VARCHAR',
      'end_reason': 'VARCHAR', 'pkt_src_addr': 'VARCHAR', 'pkt_dst_addr': 'VARCHAR',
      'pkt_src_port': 'INTEGER', 'pkt_dst_port': 'INTEGER'
    });

-- CSV, all fields, partition_period DAY (or HOUR)
CREATE OR REPLACE VIEW flow_csv_all_by_day AS
SELECT * EXCLUDE (filename, place), place.year::INTEGER AS year, place.month::INTEGER AS month,
       place.day::INTEGER AS day
FROM (SELECT *,
       regexp_extract(filename, '/(\d{4})/(\d\d)/(\d\d)/(?:\d\d/)?[^/]+$',
           ['year', 'month', 'day']) AS place
FROM read_csv('/srv/flow-logs/**/*.csv*',
    header = true, delim = ',', quote = '"', escape = '"', nullstr = '', filename = true,
    columns = {
      'timestamp_start': 'BIGINT', 'timestamp_end': 'BIGINT', 'interface_id': 'VARCHAR',
      'vm_id': 'VARCHAR', 'owner_type': 'VARCHAR', 'owner_id': 'VARCHAR', 'subnet_id': 'VARCHAR',
      'vpc_id': 'VARCHAR', 'region': 'VARCHAR', 'protocol': 'INTEGER', 'src_addr': 'VARCHAR',
      'dst_addr': 'VARCHAR', 'src_port': 'INTEGER', 'dst_port': 'INTEGER', 'tcp_flag': 'INTEGER',
      'packets': 'BIGINT', 'bytes': 'BIGINT', 'direction': 'VARCHAR', 'filter': 'VARCHAR',
      'transithub_drop_no_route_packets': 'BIGINT', 'transithub_drop_no_route_bytes': 'BIGINT',
      'transithub_drop_black_hole_packets': 'BIGINT',
      'transithub_drop_black_hole_bytes': 'BIGINT', 'status': 'VARCHAR',
      'traffic_path': 'INTEGER', 'project_id': 'VARCHAR', 'host': 'VARCHAR',
      'ip_version': 'INTEGER', 'icmp_type': 'INTEGER', 'icmp_code': 'INTEGER',
      'tcp_flags_all': 'INTEGER', 'initiator': 'INTEGER', 'tcp_state': 'VARCHAR',
      'setup_us': 'BIGINT', 'lost_packets': 'BIGINT', 'drop_point': 'VARCHAR',
      'end_reason': 'VARCHAR', 'pkt_src_addr': 'VARCHAR', 'pkt_dst_addr': 'VARCHAR',
      'pkt_src_port': 'INTEGER', 'pkt_dst_port': 'INTEGER'
    }));

-- Parquet, whatever fields the files have, partition_period as in the first view
CREATE OR REPLACE VIEW flow_parquet AS
SELECT *
FROM read_parquet('/srv/flow-logs/year=*/month=*/day=*/*.parquet',
    union_by_name = true, hive_partitioning = true,
    hive_types = {'year': INTEGER, 'month': INTEGER, 'day': INTEGER});

-- Parquet, whatever fields the files have, partition_period DAY (or HOUR)
CREATE OR REPLACE VIEW flow_parquet_by_day AS
SELECT * EXCLUDE (filename, place), place.year::INTEGER AS year, place.month::INTEGER AS month,
       place.day::INTEGER AS day
FROM (SELECT *,
       regexp_extract(filename, '/(\d{4})/(\d\d)/(\d\d)/(?:\d\d/)?[^/]+$',
           ['year', 'month', 'day']) AS place
FROM read_parquet('/srv/flow-logs/**/*.parquet', union_by_name = true, filename = true));
