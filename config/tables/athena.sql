-- Tables of flow logs for Athena. Replace s3://my-bucket/my-folder by what storage_url names.
-- Partitions are computed, so no crawler and no ALTER TABLE is needed; a query that names year,
-- month and day ('01' to '31') reads those folders only.
-- partition_period is year=#{year}/month=#{month}/day=#{day}. For DAY, let the template end in
-- /my-folder/${year}/${month}/${day}/ instead, as the last table here does.
-- Text must not hold commas in quotes: ids, addresses and words never do. ZSTD needs engine v3.

-- CSV, the 17 default fields
CREATE EXTERNAL TABLE flow_csv (
    `timestamp_start` bigint, `timestamp_end` bigint, `interface_id` string, `vm_id` string,
    `subnet_id` string, `vpc_id` string, `region` string, `protocol` int, `src_addr` string,
    `dst_addr` string, `src_port` int, `dst_port` int, `tcp_flag` int, `packets` bigint,
    `bytes` bigint, `filter` string, `status` string
)
PARTITIONED BY (`year` int, `month` string, `day` string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' NULL DEFINED AS ''
STORED AS TEXTFILE
LOCATION 's3://my-bucket/my-folder/'
TBLPROPERTIES (
    'skip.header.line.count' = '1',
    'projection.enabled' = 'true',
    'projection.year.type' = 'integer', 'projection.year.range' = '2024,2099',
    'projection.month.type' = 'integer', 'projection.month.range' = '1,12',
    'projection.month.digits' = '2',
    'projection.day.type' = 'integer', 'projection.day.range' = '1,31',
    'projection.day.digits' = '2',
    'storage.location.template' =
        's3://my-bucket/my-folder/year=${year}/month=${month}/day=${day}/');

-- Parquet, the 17 default fields; a field that a file has not is null
CREATE EXTERNAL TABLE flow_parquet (
    `timestamp_start` bigint, `timestamp_end` bigint, `interface_id` string, `vm_id` string,
    `subnet_id` string, `vpc_id` string, `region` string, `protocol` int, `src_addr` string,
    `dst_addr` string, `src_port` int, `dst_port` int, `tcp_flag` int, `packets` bigint,
    `bytes` bigint, `filter` string, `status` string
)
PARTITIONED BY (`year` int, `month` string, `day` string)
STORED AS PARQUET
LOCATION 's3://my-bucket/my-folder/'
TBLPROPERTIES (
    'projection.enabled' = 'true',
    'projection.year.type' = 'integer', 'projection.year.range' = '2024,2099',
    'projection.month.type' = 'integer', 'projection.month.range' = '1,12',
    'projection.month.digits' = '2',
    'projection.day.type' = 'integer', 'projection.day.range' = '1,31',
    'projection.day.digits' = '2',
    'storage.location.template' =
        's3://my-bucket/my-folder/year=${year}/month=${month}/day=${day}/');

-- CSV, all fields
CREATE EXTERNAL TABLE flow_csv_all (
    `timestamp_start` bigint, `timestamp_end` bigint, `interface_id` string, `vm_id` string,
    `owner_type` string, `owner_id` string, `subnet_id` string, `vpc_id` string, `region` string,
    `protocol` int, `src_addr` string, `dst_addr` string, `src_port` int, `dst_port` int,
    `tcp_flag` int, `packets` bigint, `bytes` bigint, `direction` string, `filter` string,
    `transithub_drop_no_route_packets` bigint, `transithub_drop_no_route_bytes` bigint,
    `transithub_drop_black_hole_packets` bigint, `transithub_drop_black_hole_bytes` bigint,
    `status` string, `traffic_path` int, `project_id` string, `host` string, `ip_version` int,
    `icmp_type` int, `icmp_code` int, `tcp_flags_all` int, `initiator` int, `tcp_state` string,
    `setup_us` bigint, `lost_packets` bigint, `drop_point` string, `end_reason` string,
    `pkt_src_addr` string, `pkt_dst_addr` string, `pkt_src_port` int, `pkt_dst_port` int
)
PARTITIONED BY (`year` int, `month` string, `day` string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' NULL DEFINED AS ''
STORED AS TEXTFILE
LOCATION 's3://my-bucket/my-folder/'
TBLPROPERTIES (
    'skip.header.line.count' = '1',
    'projection.enabled' = 'true',
    'projection.year.type' = 'integer', 'projection.year.range' = '2024,2099',
    'projection.month.type' = 'integer', 'projection.month.range' = '1,12',
    'projection.month.digits' = '2',
    'projection.day.type' = 'integer', 'projection.day.range' = '1,31',
    'projection.day.digits' = '2',
    'storage.location.template' =
        's3://my-bucket/my-folder/year=${year}/month=${month}/day=${day}/');

-- Parquet, all fields; a field that a file has not is null
CREATE EXTERNAL TABLE flow_parquet_all (
    `timestamp_start` bigint, `timestamp_end` bigint, `interface_id` string, `vm_id` string,
    `owner_type` string, `owner_id` string, `subnet_id` string, `vpc_id` string, `region` string,
    `protocol` int, `src_addr` string, `dst_addr` string, `src_port` int, `dst_port` int,
    `tcp_flag` int, `packets` bigint, `bytes` bigint, `direction` string, `filter` string,
    `transithub_drop_no_route_packets` bigint, `transithub_drop_no_route_bytes` bigint,
    `transithub_drop_black_hole_packets` bigint, `transithub_drop_black_hole_bytes` bigint,
    `status` string, `traffic_path` int, `project_id` string, `host` string, `ip_version` int,
    `icmp_type` int, `icmp_code` int, `tcp_flags_all` int, `initiator` int, `tcp_state` string,
    `setup_us` bigint, `lost_packets` bigint, `drop_point` string, `end_reason` string,
    `pkt_src_addr` string, `pkt_dst_addr` string, `pkt_src_port` int, `pkt_dst_port` int
)
PARTITIONED BY (`year` int, `month` string, `day` string)
STORED AS PARQUET
LOCATION 's3://my-bucket/my-folder/'
TBLPROPERTIES (
    'projection.enabled' = 'true',
    'projection.year.type' = 'integer', 'projection.year.range' = '2024,2099',
    'projection.month.type' = 'integer', 'projection.month.range' = '1,12',
    'projection.month.digits' = '2',
    'projection.day.type' = 'integer', 'projection.day.range' = '1,31',
    'projection.day.digits' = '2',
    'storage.location.template' =
        's3://my-bucket/my-folder/year=${year}/month=${month}/day=${day}/');

-- Parquet, the 17 default fields, partition_period DAY
CREATE EXTERNAL TABLE flow_parquet_by_day (
    `timestamp_start` bigint, `timestamp_end` bigint, `interface_id` string, `vm_id` string,
    `subnet_id` string, `vpc_id` string, `region` string, `protocol` int, `src_addr` string,
    `dst_addr` string, `src_port` int, `dst_port` int, `tcp_flag` int, `packets` bigint,
    `bytes` bigint, `filter` string, `status` string
)
PARTITIONED BY (`year` int, `month` string, `day` string)
STORED AS PARQUET
LOCATION 's3://my-bucket/my-folder/'
TBLPROPERTIES (
    'projection.enabled' = 'true',
    'projection.year.type' = 'integer', 'projection.year.range' = '2024,2099',
    'projection.month.type' = 'integer', 'projection.month.range' = '1,12',
    'projection.month.digits' = '2',
    'projection.day.type' = 'integer', 'projection.day.range' = '1,31',
    'projection.day.digits' = '2',
    'storage.location.template' =
        's3://my-bucket/my-folder/${year}/${month}/${day}/');
