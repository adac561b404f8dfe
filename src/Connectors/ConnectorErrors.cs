using SqlStream.Connectors.Formats.Protobuf;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Connectors;

/// <summary>The messages of connectors and formats.</summary>
static class ConnectorErrors
{
    public static SqlException OptionsExclude(TableOption option, string other) =>
        new(new Diagnostic(
            SqlState.InvalidParameterValue, $"options '{option.WrittenKey}' and '{other}' exclude each other", option.Span,
            Hint: "Set only one of them."));

    public static SqlException OptionNotSupported(TableOption option, string hint) =>
        new(new Diagnostic(SqlState.FeatureNotSupported, $"option '{option.WrittenKey}' = '{option.Value}' is not supported",
            option.Span, Hint: hint));

    public static SqlException OptionNeeds(TableOption option, string other, string hint) =>
        new(new Diagnostic(SqlState.InvalidParameterValue,
            $"option '{option.WrittenKey}' = '{option.Value}' needs option '{other}'", option.Span, Hint: hint));

    public static SqlException FormatNotOfFiles(TableOption option) =>
        new(new Diagnostic(SqlState.FeatureNotSupported, $"format '{option.Value}' is not a format of files", option.Span,
            Hint: "It is one of messages; for files use json, csv, raw or changelog-json."));

    public static SqlException SecretMalformed(TableOption option, string expected) =>
        new(new Diagnostic(SqlState.InvalidParameterValue, $"option '{option.WrittenKey}' must be {expected}", option.Span));

    public static SqlException TypeNotSupported(string table, Field field, string owner)
    {
        return new SqlException(SqlState.FeatureNotSupported,
            $"{owner} cannot hold column \"{field.Name}\" of type {field.Type.Name}",
            field.Type.IsNested ? "Format json holds nested values; the keys of a MAP must be strings." : "Declare the column as STRING.",
            $"The table is \"{table}\".");
    }

    public static SqlException OneColumnOnly(string table, string owner, int columns) =>
        new(SqlState.FeatureNotSupported, $"{owner} holds one column, and table \"{table}\" has {columns}",
            "Leave the other columns out, or choose another format.");

    public static SqlException RawHasDelimiter(string column, string value) =>
        new(SqlState.DataException, $"column \"{column}\" holds {value}, in which the end of a line stands",
            "Set 'raw.line-delimiter' to another text, or replace the characters in the query.");

    public static SqlException RawHasNoCharacter(string column, string value) =>
        new(SqlState.CharacterNotInRepertoire, $"column \"{column}\" holds {value}, which the character set cannot hold",
            "Set 'raw.charset' to UTF-8, or replace the characters in the query.");

    public static SqlException PartitionTypeNotSupported(string table, Field field) =>
        new(SqlState.FeatureNotSupported, $"PARTITIONED BY column \"{field.Name}\" of type {field.Type.Name} is not supported",
            "Use a column whose values are short texts, numbers or times.", $"The table is \"{table}\".");

    public static SqlException NothingButPartitions(string table) =>
        new(SqlState.InvalidTableDefinition, $"all columns of table \"{table}\" are in PARTITIONED BY, so that its files would hold nothing",
            "Leave out of PARTITIONED BY what the files are to hold.");

    public static SqlException CommitWithoutPartitions(TableOption option) =>
        new(new Diagnostic(SqlState.InvalidParameterValue, $"option '{option.Key}' needs a table that is PARTITIONED BY columns", option.Span,
            Hint: "Leave the option out; files are complete as soon as they are visible."));

    public static SqlException NameNotSupported(string column, string name, string owner) =>
        new(SqlState.FeatureNotSupported, $"{owner} cannot hold column \"{column}\": \"{name}\" is no name there",
            "Use letters, digits and underscores, and no digit at the beginning.");

    public static SqlException AvroMisfit(string column, SqlType type, string schema, string format) =>
        new(SqlState.DatatypeMismatch, $"column \"{column}\" of type {type.Name} cannot be written as {schema} by format '{format}'",
            $"Change the column's type, or the schema of the option '{format}.schema'.");

    public static SqlException AvroNoRecord(string schema, string format) =>
        new(SqlState.InvalidParameterValue, $"the schema of format '{format}' is {schema}, no record", $"Check the option '{format}.schema'.");

    public static SqlException AvroFieldWithoutColumn(string field, string format) =>
        new(SqlState.UndefinedColumn, $"field \"{field}\" of the schema of format '{format}' has neither a column nor a default",
            "Add the column to the table.");

    public static SqlException AvroColumnWithoutField(string column, string format) =>
        new(SqlState.UndefinedColumn, $"column \"{column}\" is not in the schema of format '{format}'",
            $"Remove the column, or add the field to the option '{format}.schema'.");

    public static SqlException AvroNull(string column) =>
        new(SqlState.NullValueNotAllowed, $"column \"{column}\" is NULL, which its Avro schema excludes",
            "Filter the rows, or use COALESCE.");

    public static SqlException AvroNoSymbol(string column, string value, string name) =>
        new(SqlState.DataException, $"column \"{column}\" holds {value}, which is no symbol of enum {name}");

    public static SqlException AvroTimeOutOfRange(string column) =>
        new(SqlState.DatetimeFieldOverflow, $"column \"{column}\" holds a time that nanoseconds in 64 bits cannot count",
            "Cast it to TIMESTAMP(6).");

    public static SqlException FileOfOption(TableOption option, Exception cause) =>
        new(new Diagnostic(SqlState.UndefinedFile, $"file \"{option.Value}\" of option '{option.WrittenKey}' cannot be read", option.Span,
            Detail: cause.Message));

    public static SqlException ProtobufMisfit(string table, Field column, ProtobufField field) =>
        new(SqlState.FeatureNotSupported, $"format 'protobuf' cannot hold column \"{column.Name}\" of type {column.Type.Name}",
            "Change the column's type to that of the field.", $"The table is \"{table}\"; the field is {field}.");

    public static SqlException ProtobufNoField(string column, string name, ProtobufMessage message) =>
        new(SqlState.UndefinedColumn, $"column \"{column}\" is no field of message {message.Name}",
            NearestName.Hint(name, message.Fields.Select(field => field.Name)));

    public static SqlException ProtobufNoSymbol(string column, string value, string name) =>
        new(SqlState.DataException, $"column \"{column}\" holds {value}, which is no value of enum {name}");

    public static SqlException ProtobufOutOfRange(string column, string value, string field) =>
        new(SqlState.NumericValueOutOfRange, $"column \"{column}\" holds {value}, which the field {field} cannot hold");


    public static SqlException NullKeyOfMap(string column, string format) =>
        new(SqlState.NullValueNotAllowed, $"a MAP in column \"{column}\" has a NULL key, which format '{format}' cannot hold",
            $"Set '{format}.map-null-key.mode' = 'DROP' or 'LITERAL'.");

    public static SqlException CsvElementHasDelimiter(string column, string value) =>
        new(SqlState.DataException, $"column \"{column}\" holds the element {value}, in which the delimiter of elements stands",
            "Set 'csv.array-element-delimiter' to another text.");

    public static SqlException CsvNeedsQuotes(string column, string value) =>
        new(SqlState.DataException, $"column \"{column}\" holds {value}, which CSV without quotes cannot hold",
            "Leave 'csv.disable-quote-character' out, or replace the characters in the query.");

    public static SqlException OptionDoesNotApply(TableOption option, Field field) =>
        new(new Diagnostic(SqlState.InvalidParameterValue,
            $"option '{option.WrittenKey}' does not apply to column \"{field.Name}\" of type {field.Type.Name}", option.Span,
            Hint: "Leave the option out, or change the column's 'kind'."));

    public static SqlException ColumnOfOption(TableOption option, string column, ConnectorTable table) =>
        new(new Diagnostic(
            SqlState.UndefinedColumn, $"column \"{column}\" of option '{option.WrittenKey}' does not exist", option.Span,
            Hint: NearestName.Hint(column, table.Schema.Fields.Select(field => field.Name))));

    public static SqlException EventColumnMissing(string table, string column, string name, IEnumerable<string> known) =>
        new(SqlState.UndefinedColumn, $"connector 'nexmark' has no column \"{column}\"",
            NearestName.Hint(name, known) ?? $"There are {string.Join(", ", known.Select(other => $"\"{other}\""))}.", $"The table is \"{table}\".");

    public static SqlException EventColumnMisfit(string table, string column, SqlType type, string expected) =>
        new(SqlState.DatatypeMismatch, $"column \"{column}\" of connector 'nexmark' is of type {expected}, not {type.Name}",
            "Change the type of the column.", $"The table is \"{table}\".");

    public static SqlException PositionMalformed(string position) =>
        new(SqlState.DataCorrupted, $"the position {position} of a split cannot be read");
}
