using SqlStream.Connectors.Kafka.Native;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Kafka;

/// <summary>The messages of the Kafka connectors.</summary>
static class KafkaErrors
{
    public static SqlException Property(TableOption option, string problem, string? hint) =>
        new(new Diagnostic(SqlState.InvalidParameterValue, $"option '{option.WrittenKey}' = '{option.Value}' is refused by the Kafka client: {problem.TrimEnd('.')}", option.Span,
            Hint: hint ?? "Properties are those of librdkafka; usual names of the Java client are understood too."));

    public static SqlException PropertyReserved(TableOption option, string reason) =>
        new(new Diagnostic(SqlState.InvalidParameterValue, $"option '{option.WrittenKey}' cannot be set", option.Span, reason));

    public static SqlException TopicMissing(string connector) =>
        new(SqlState.InvalidParameterValue, $"connector '{connector}' needs option 'topic' or 'topic-pattern'", "Add 'topic' = '...'.");

    public static SqlException SinkNeedsOneTopic(string table) =>
        new(SqlState.InvalidParameterValue, $"table \"{table}\" names several topics and cannot be written",
            "Give the table for writing one 'topic'.");

    public static SqlException KeyFormatMissing(TableOption option) =>
        new(new Diagnostic(SqlState.InvalidParameterValue, $"option '{option.Key}' needs option 'key.format'", option.Span, Hint: "Add 'key.format' = '...'."));

    public static SqlException KeyFieldsMissing(TableOption option) =>
        new(new Diagnostic(SqlState.InvalidParameterValue, "option 'key.format' needs option 'key.fields'", option.Span,
            Hint: "Add 'key.fields' = 'column;...': the columns that the key holds."));

    public static SqlException KeyColumnWithoutPrefix(TableOption option, string column, string prefix) =>
        new(new Diagnostic(SqlState.InvalidParameterValue, $"column \"{column}\" of option 'key.fields' does not begin with '{prefix}'", option.Span,
            Hint: "All columns of 'key.fields' must begin with 'key.fields-prefix'."));

    public static SqlException PrefixNeedsExcept(TableOption option) =>
        new(new Diagnostic(SqlState.InvalidParameterValue, "option 'key.fields-prefix' needs 'value.fields-include' = 'EXCEPT_KEY'", option.Span,
            Hint: "The value would hold columns with the prefix otherwise."));

    public static SqlException NoMessageFormat(string format, SourceSpan span) =>
        new(new Diagnostic(SqlState.FeatureNotSupported, $"format '{format}' cannot hold single messages", span));

    public static SqlException ValueWithoutColumns(string table) =>
        new(SqlState.InvalidParameterValue, $"table \"{table}\" has no column outside the key", "Leave 'value.fields-include' out, or add a column.");

    public static SqlException PrimaryKeyMissing(string table) =>
        new(SqlState.InvalidTableDefinition, $"table \"{table}\" of connector 'upsert-kafka' needs a primary key", "Add PRIMARY KEY (...) NOT ENFORCED.");

    public static SqlException PrimaryKeyNotAllowed(string table) =>
        new(SqlState.InvalidTableDefinition, $"table \"{table}\" of connector 'kafka' cannot have a primary key: its rows only come",
            "Use 'connector' = 'upsert-kafka', or a format of changes such as debezium-json.");

    public static SqlException ChangesNotAllowed(string format) =>
        new(SqlState.InvalidParameterValue, $"format '{format}' of connector 'upsert-kafka' holds changes of its own",
            "Use a plain format such as json: a message without value is a deletion.");

    public static SqlException PositionMalformed(string position) => ConnectorErrors.PositionMalformed(position);

    public static ExternalException ClientRefused(string problem) => new($"the Kafka client cannot be made: {problem}", Retry.Never);

    public static ExternalException Unreachable(string servers, string reason, string what) =>
        new($"Kafka at {servers} cannot be reached: {reason} ({what})", Retry.Backoff, SqlState.ConnectionFailure,
            hint: "Check that the broker runs and that 'properties.bootstrap.servers' names it.");

    public static ExternalException Refused(string servers, string reason, string what) =>
        new($"Kafka at {servers} refuses: {reason} ({what})", Retry.Backoff, SqlState.ConnectionFailure);

    public static ExternalException TopicUnknown(string topic, string servers) =>
        new($"topic \"{topic}\" does not exist at {servers}", Retry.Backoff, SqlState.UndefinedTable, hint: "Create the topic; the job goes on when it is there.");

    public static ExternalException PartitionGone(string split) =>
        new($"{split} does not exist any more", Retry.Backoff, SqlState.UndefinedTable, hint: "If the topic was deleted, drop the job and begin a new run.");

    public static SqlException OffsetGone(string split, long offset, string reason) =>
        new(SqlState.DataCorrupted, $"offset {offset} of {split} is not there: {reason}",
            "Records were deleted before they were read, or the topic was made anew. Set 'properties.auto.offset.reset' = 'earliest' to go on without them.");

    public static SqlException OffsetsUnknown(string option, string topic) =>
        new(SqlState.InvalidParameterValue, $"topic \"{topic}\" has partitions for which option '{option}' names no offset");

    public static SqlException NothingCommitted(string group, string split, string option) =>
        new(SqlState.InvalidParameterValue, $"group \"{group}\" has committed no offset of {split}, which option '{option}' = 'group-offsets' needs",
            "Set 'properties.auto.offset.reset' to 'earliest' or 'latest' for such partitions, or name the group with 'properties.group.id'.");

    public static ExternalException Read(string split, string reason) => new($"{split} cannot be read: {reason}", Retry.Backoff, SqlState.ConnectionFailure);

    public static ExternalException Produce(string topic, string reason, Retry retry = Retry.Backoff) =>
        new($"topic \"{topic}\" cannot be written: {reason}", retry, SqlState.ConnectionFailure);

    public static SqlException RecordRefused(string topic, int code, string reason, long bytes) =>
        new(SqlState.DataException, $"a record of {bytes} bytes is refused by topic \"{topic}\": {reason}",
            code is RdKafkaCode.MessageTooLarge or RdKafkaCode.RecordListTooLarge
                ? "Raise max.message.bytes of the topic and 'properties.message.max.bytes', or set 'sink.on-error' = 'skip'."
                : "Set 'sink.on-error' = 'skip' to pass such records over.");

    public static SqlException TakenOver(string table, long incarnation) =>
        new(SqlState.ObjectInUse, $"another process writes into \"{table}\" with a newer incarnation ({incarnation}) of this job",
            "Two processes run the same job. Stop one of them.");

    public static ExternalException MarkerNotReached(string topic, string reason) =>
        new($"the commit topic \"{topic}\" cannot be read to its end: {reason}", Retry.Backoff, SqlState.ConnectionFailure);

    public static SqlException MarkerDamaged(string topic, int partition, long offset) =>
        new(SqlState.DataCorrupted, $"the record at offset {offset} of {topic}-{partition} is no commit marker", "Something else writes into the commit topic.");
}
