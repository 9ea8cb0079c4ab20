-- Tables for layout aws: what people have for VPC flow logs of AWS works unchanged but for the
-- place. Replace s3://my-bucket/my-folder by what storage_url names. In text files unknown values
-- are '-', which number columns show as null.

-- Text (.log.gz), version 2, the default fields, partition_period DAY
CREATE EXTERNAL TABLE vpc_flow_logs (
    `version` int, `account_id` string, `interface_id` string, `srcaddr` string, `dstaddr` string,
    `srcport` int, `dstport` int, `protocol` int, `packets` bigint, `bytes` bigint,
    `start` bigint, `end` bigint, `action` string, `log_status` string
)
PARTITIONED BY (`year` int, `month` string, `day` string)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ' ' NULL DEFINED AS '-'
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
        's3://my-bucket/my-folder/${year}/${month}/${day}/');

-- Parquet, versions 2 to 5, partition_period year=#{year}/month=#{month}/day=#{day}
CREATE EXTERNAL TABLE vpc_flow_logs_parquet (
    `version` int, `account_id` string, `interface_id` string, `srcaddr` string, `dstaddr` string,
    `srcport` int, `dstport` int, `protocol` int, `packets` bigint, `bytes` bigint,
    `start` bigint, `end` bigint, `action` string, `log_status` string, `vpc_id` string,
    `subnet_id` string, `instance_id` string, `tcp_flags` int, `type` string,
    `pkt_srcaddr` string, `pkt_dstaddr` string, `region` string, `az_id` string,
    `sublocation_type` string, `sublocation_id` string, `pkt_src_aws_service` string,
    `pkt_dst_aws_service` string, `flow_direction` string, `traffic_path` int
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
