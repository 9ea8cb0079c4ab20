-- Tables of flow logs for Spark SQL. Replace s3a://my-bucket/my-folder by what storage_url names.
-- partition_period is year=#{year}/month=#{month}/day=#{day}; new folders are found by
--   MSCK REPAIR TABLE flow_parquet;
-- Folders of DAY are added one by one:
--   ALTER TABLE flow_parquet ADD PARTITION (year = 2026, month = 11, day = 20)
--       LOCATION 's3a://my-bucket/my-folder/2026/11/20';

-- Parquet, the 17 default fields; a field that a file has not is null
CREATE TABLE flow_parquet (
    `timestamp_start` BIGINT, `timestamp_end` BIGINT, `interface_id` STRING, `vm_id` STRING,
    `subnet_id` STRING, `vpc_id` STRING, `region` STRING, `protocol` INT, `src_addr` STRING,
    `dst_addr` STRING, `src_port` INT, `dst_port` INT, `tcp_flag` INT, `packets` BIGINT,
    `bytes` BIGINT, `filter` STRING, `status` STRING, `year` INT, `month` INT, `day` INT
) USING PARQUET
PARTITIONED BY (year, month, day)
LOCATION 's3a://my-bucket/my-folder';

-- CSV, the 17 default fields; .gz needs nothing, .zst a Hadoop with native ZSTD
CREATE TABLE flow_csv (
    `timestamp_start` BIGINT, `timestamp_end` BIGINT, `interface_id` STRING, `vm_id` STRING,
    `subnet_id` STRING, `vpc_id` STRING, `region` STRING, `protocol` INT, `src_addr` STRING,
    `dst_addr` STRING, `src_port` INT, `dst_port` INT, `tcp_flag` INT, `packets` BIGINT,
    `bytes` BIGINT, `filter` STRING, `status` STRING, `year` INT, `month` INT, `day` INT
) USING CSV OPTIONS (header = 'true', nullValue = '', escape = '"')
PARTITIONED BY (year, month, day)
LOCATION 's3a://my-bucket/my-folder';

-- Parquet, all fields; a field that a file has not is null
CREATE TABLE flow_parquet_all (
    `timestamp_start` BIGINT, `timestamp_end` BIGINT, `interface_id` STRING, `vm_id` STRING,
    `owner_type` STRING, `owner_id` STRING, `subnet_id` STRING, `vpc_id` STRING, `region` STRING,
    `protocol` INT, `src_addr` STRING, `dst_addr` STRING, `src_port` INT, `dst_port` INT,
    `tcp_flag` INT, `packets` BIGINT, `bytes` BIGINT, `direction` STRING, `filter` STRING,
    `transithub_drop_no_route_packets` BIGINT, `transithub_drop_no_route_bytes` BIGINT,
    `transithub_drop_black_hole_packets` BIGINT, `transithub_drop_black_hole_bytes` BIGINT,
    `status` STRING, `traffic_path` INT, `project_id` STRING, `host` STRING, `ip_version` INT,
    `icmp_type` INT, `icmp_code` INT, `tcp_flags_all` INT, `initiator` INT, `tcp_state` STRING,
    `setup_us` BIGINT, `lost_packets` BIGINT, `drop_point` STRING, `end_reason` STRING,
    `pkt_src_addr` STRING, `pkt_dst_addr` STRING, `pkt_src_port` INT, `pkt_dst_port` INT,
    `year` INT, `month` INT, `day` INT
) USING PARQUET
PARTITIONED BY (year, month, day)
LOCATION 's3a://my-bucket/my-folder';

-- CSV, all fields; .gz needs nothing, .zst a Hadoop with native ZSTD
CREATE TABLE flow_csv_all (
    `timestamp_start` BIGINT, `timestamp_end` BIGINT, `interface_id` STRING, `vm_id` STRING,
    `owner_type` STRING, `owner_id` STRING, `subnet_id` STRING, `vpc_id` STRING, `region` STRING,
    `protocol` INT, `src_addr` STRING, `dst_addr` STRING, `src_port` INT, `dst_port` INT,
    `tcp_flag` INT, `packets` BIGINT, `bytes` BIGINT, `direction` STRING, `filter` STRING,
    `transithub_drop_no_route_packets` BIGINT, `transithub_drop_no_route_bytes` BIGINT,
    `transithub_drop_black_hole_packets` BIGINT, `transithub_drop_black_hole_bytes` BIGINT,
    `status` STRING, `traffic_path` INT, `project_id` STRING, `host` STRING, `ip_version` INT,
    `icmp_type` INT, `icmp_code` INT, `tcp_flags_all` INT, `initiator` INT, `tcp_state` STRING,
    `setup_us` BIGINT, `lost_packets` BIGINT, `drop_point` STRING, `end_reason` STRING,
    `pkt_src_addr` STRING, `pkt_dst_addr` STRING, `pkt_src_port` INT, `pkt_dst_port` INT,
    `year` INT, `month` INT, `day` INT
) USING CSV OPTIONS (header = 'true', nullValue = '', escape = '"')
PARTITIONED BY (year, month, day)
LOCATION 's3a://my-bucket/my-folder';
