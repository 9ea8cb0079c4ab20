-- Views of flow logs for ClickHouse. Replace https://store.example.com/my-bucket/my-folder by what
-- storage_url names and KEY, SECRET by an access key; for local files write
-- file('flow-logs/**/*.parquet', ...) instead of s3(...). Compressed files need nothing more.
-- partition_period is year=#{year}/month=#{month}/day=#{day}, which ClickHouse shows as columns;
-- for DAY write /**/ in place of the three folders and drop the SETTINGS line: _path has the day.

-- Parquet, the 17 default fields
CREATE VIEW flow_parquet AS
SELECT *
FROM s3('https://store.example.com/my-bucket/my-folder/year=*/month=*/day=*/*.parquet',
    'KEY', 'SECRET', 'Parquet', '
     timestamp_start Int64, timestamp_end Int64, interface_id String, vm_id Nullable(String),
     subnet_id Nullable(String), vpc_id Nullable(String), region Nullable(String),
     protocol Nullable(Int32), src_addr Nullable(String), dst_addr Nullable(String),
     src_port Nullable(Int32), dst_port Nullable(Int32), tcp_flag Nullable(Int32),
     packets Nullable(Int64), bytes Nullable(Int64), filter Nullable(String), status String
    ')
SETTINGS use_hive_partitioning = 1;

-- CSV, the 17 default fields
CREATE VIEW flow_csv AS
SELECT *
FROM s3('https://store.example.com/my-bucket/my-folder/year=*/month=*/day=*/*.csv*',
    'KEY', 'SECRET', 'CSVWithNames', '
     timestamp_start Int64, timestamp_end Int64, interface_id String, vm_id Nullable(String),
     subnet_id Nullable(String), vpc_id Nullable(String), region Nullable(String),
     protocol Nullable(Int32), src_addr Nullable(String), dst_addr Nullable(String),
     src_port Nullable(Int32), dst_port Nullable(Int32), tcp_flag Nullable(Int32),
     packets Nullable(Int64), bytes Nullable(Int64), filter Nullable(String), status String
    ')
SETTINGS use_hive_partitioning = 1;

-- Parquet, all fields
CREATE VIEW flow_parquet_all AS
SELECT *
FROM s3('https://store.example.com/my-bucket/my-folder/year=*/month=*/day=*/*.parquet',
    'KEY', 'SECRET', 'Parquet', '
     timestamp_start Int64, timestamp_end Int64, interface_id String, vm_id Nullable(String),
     owner_type Nullable(String), owner_id Nullable(String), subnet_id Nullable(String),
     vpc_id Nullable(String), region Nullable(String), protocol Nullable(Int32),
     src_addr Nullable(String), dst_addr Nullable(String), src_port Nullable(Int32),
     dst_port Nullable(Int32), tcp_flag Nullable(Int32), packets Nullable(Int64),
     bytes Nullable(Int64), direction Nullable(String), filter Nullable(String),
     transithub_drop_no_route_packets Int64, transithub_drop_no_route_bytes Int64,
     transithub_drop_black_hole_packets Int64, transithub_drop_black_hole_bytes Int64,
     status String, traffic_path Nullable(Int32), project_id Nullable(String), host String,
     ip_version Nullable(Int32), icmp_type Nullable(Int32), icmp_code Nullable(Int32),
     tcp_flags_all Nullable(Int32), initiator Nullable(Int32), tcp_state Nullable(String),
     setup_us Nullable(Int64), lost_packets Nullable(Int64), drop_point Nullable(String),
     end_reason Nullable(String), pkt_src_addr Nullable(String),
     pkt_dst_addr Nullable(String), pkt_src_port Nullable(Int32), pkt_dst_port Nullable(Int32)
    ')
SETTINGS use_hive_partitioning = 1;

-- CSV, all fields
CREATE VIEW flow_csv_all AS
SELECT *
FROM s3('https://store.example.com/my-bucket/my-folder/year=*/month=*/day=*/*.csv*',
    'KEY', 'SECRET', 'CSVWithNames', '
     timestamp_start Int64, timestamp_end Int64, interface_id String, vm_id Nullable(String),
     owner_type Nullable(String), owner_id Nullable(String), subnet_id Nullable(String),
     vpc_id Nullable(String), region Nullable(String), protocol Nullable(Int32),
     src_addr Nullable(String), dst_addr Nullable(String), src_port Nullable(Int32),
     dst_port Nullable(Int32), tcp_flag Nullable(Int32), packets Nullable(Int64),
     bytes Nullable(Int64), direction Nullable(String), filter Nullable(String),
     transithub_drop_no_route_packets Int64, transithub_drop_no_route_bytes Int64,
     transithub_drop_black_hole_packets Int64, transithub_drop_black_hole_bytes Int64,
     status String, traffic_path Nullable(Int32), project_id Nullable(String), host String,
     ip_version Nullable(Int32), icmp_type Nullable(Int32), icmp_code Nullable(Int32),
     tcp_flags_all Nullable(Int32), initiator Nullable(Int32), tcp_state Nullable(String),
     setup_us Nullable(Int64), lost_packets Nullable(Int64), drop_point Nullable(String),
     end_reason Nullable(String), pkt_src_addr Nullable(String),
     pkt_dst_addr Nullable(String), pkt_src_port Nullable(Int32), pkt_dst_port Nullable(Int32)
    ')
SETTINGS use_hive_partitioning = 1;
