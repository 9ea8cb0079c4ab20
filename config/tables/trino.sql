-- Tables of flow logs for Trino's Hive connector. Replace s3://my-bucket/my-folder by what
-- storage_url names. partition_period is year=#{year}/month=#{month}/day=#{day}; new folders are
-- found by
--   CALL hive.system.sync_partition_metadata('default', 'flow_parquet', 'ADD');
-- Folders of DAY are registered one by one:
--   CALL hive.system.register_partition('default', 'flow_parquet',
--       ARRAY['year', 'month', 'day'], ARRAY['2026', '11', '20'],
--       's3://my-bucket/my-folder/2026/11/20/');
-- Trino's CSV knows text only: use the Parquet format, or CAST(NULLIF(packets, '') AS bigint).

-- Parquet, the 17 default fields; a field that a file has not is null
CREATE TABLE hive.default.flow_parquet (
    "timestamp_start" bigint, "timestamp_end" bigint, "interface_id" varchar, "vm_id" varchar,
    "subnet_id" varchar, "vpc_id" varchar, "region" varchar, "protocol" integer,
    "src_addr" varchar, "dst_addr" varchar, "src_port" integer, "dst_port" integer,
    "tcp_flag" integer, "packets" bigint, "bytes" bigint, "filter" varchar, "status" varchar,
    "year" varchar, "month" varchar, "day" varchar
) WITH (
    format = 'PARQUET',
    external_location = 's3://my-bucket/my-folder/',
    partitioned_by = ARRAY['year', 'month', 'day']
);

-- CSV, the 17 default fields
CREATE TABLE hive.default.flow_csv (
    "timestamp_start" varchar, "timestamp_end" varchar, "interface_id" varchar, "vm_id" varchar,
    "subnet_id" varchar, "vpc_id" varchar, "region" varchar, "protocol" varchar,
    "src_addr" varchar, "dst_addr" varchar, "src_port" varchar, "dst_port" varchar,
    "tcp_flag" varchar, "packets" varchar, "bytes" varchar, "filter" varchar, "status" varchar,
    "year" varchar, "month" varchar, "day" varchar
) WITH (
    format = 'CSV',
    external_location = 's3://my-bucket/my-folder/',
    partitioned_by = ARRAY['year', 'month', 'day'],
    skip_header_line_count = 1
);

-- Parquet, all fields; a field that a file has not is null
CREATE TABLE hive.default.flow_parquet_all (
    "timestamp_start" bigint, "timestamp_end" bigint, "interface_id" varchar, "vm_id" varchar,
    "owner_type" varchar, "owner_id" varchar, "subnet_id" varchar, "vpc_id" varchar,
    "region" varchar, "protocol" integer, "src_addr" varchar, "dst_addr" varchar,
    "src_port" integer, "dst_port" integer, "tcp_flag" integer, "packets" bigint, "bytes" bigint,
    "direction" varchar, "filter" varchar, "transithub_drop_no_route_packets" bigint,
    "transithub_drop_no_route_bytes" bigint, "transithub_drop_black_hole_packets" bigint,
    "transithub_drop_black_hole_bytes" bigint, "status" varchar, "traffic_path" integer,
    "project_id" varchar, "host" varchar, "ip_version" integer, "icmp_type" integer,
    "icmp_code" integer, "tcp_flags_all" integer, "initiator" integer, "tcp_state" varchar,
    "setup_us" bigint, "lost_packets" bigint, "drop_point" varchar, "end_reason" varchar,
    "pkt_src_addr" varchar, "pkt_dst_addr" varchar, "pkt_src_port" integer,
    "pkt_dst_port" integer, "year" varchar, "month" varchar, "day" varchar
) WITH (
    format = 'PARQUET',
    external_location = 's3://my-bucket/my-folder/',
    partitioned_by = ARRAY['year', 'month', 'day']
);

-- CSV, all fields
CREATE TABLE hive.default.flow_csv_all (
    "timestamp_start" varchar, "timestamp_end" varchar, "interface_id" varchar, "vm_id" varchar,
    "owner_type" varchar, "owner_id" varchar, "subnet_id" varchar, "vpc_id" varchar,
    "region" varchar, "protocol" varchar, "src_addr" varchar, "dst_addr" varchar,
    "src_port" varchar, "dst_port" varchar, "tcp_flag" varchar, "packets" varchar,
    "bytes" varchar, "direction" varchar, "filter" varchar,
    "transithub_drop_no_route_packets" varchar, "transithub_drop_no_route_bytes" varchar,
    "transithub_drop_black_hole_packets" varchar, "transithub_drop_black_hole_bytes" varchar,
    "status" varchar, "traffic_path" varchar, "project_id" varchar, "host" varchar,
    "ip_version" varchar, "icmp_type" varchar, "icmp_code" varchar, "tcp_flags_all" varchar,
    "initiator" varchar, "tcp_state" varchar, "setup_us" varchar, "lost_packets" varchar,
    "drop_point" varchar, "end_reason" varchar, "pkt_src_addr" varchar, "pkt_dst_addr" varchar,
    "pkt_src_port" varchar, "pkt_dst_port" varchar, "year" varchar, "month" varchar, "day" varchar
) WITH (
    format = 'CSV',
    external_location = 's3://my-bucket/my-folder/',
    partitioned_by = ARRAY['year', 'month', 'day'],
    skip_header_line_count = 1
);
