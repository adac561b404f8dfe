namespace SqlStream.Core.Diagnostics;

/// <summary>Every SQLSTATE that is raised, by PostgreSQL's names; ours begin with <c>SS</c>.</summary>
public static class SqlState
{
    /// <summary>01000: a warning.</summary>
    public const string Warning = "01000";

    /// <summary>0A000: the statement is understood and not supported.</summary>
    public const string FeatureNotSupported = "0A000";

    /// <summary>21000: several rows where one may be.</summary>
    public const string CardinalityViolation = "21000";

    /// <summary>22000: a row or value cannot be used.</summary>
    public const string DataException = "22000";

    /// <summary>22003: a number does not fit its type.</summary>
    public const string NumericValueOutOfRange = "22003";

    /// <summary>22004: NULL where none is allowed.</summary>
    public const string NullValueNotAllowed = "22004";

    /// <summary>22007: text that is no date or time.</summary>
    public const string InvalidDatetimeFormat = "22007";

    /// <summary>22008: a date or time out of range.</summary>
    public const string DatetimeFieldOverflow = "22008";

    /// <summary>22012: division by zero.</summary>
    public const string DivisionByZero = "22012";

    /// <summary>22018: text that cannot be cast.</summary>
    public const string InvalidCharacterValueForCast = "22018";

    /// <summary>22021: bytes that are no text.</summary>
    public const string CharacterNotInRepertoire = "22021";

    /// <summary>2202E: an index that no array has.</summary>
    public const string ArraySubscriptError = "2202E";

    /// <summary>2201B: a regular expression that is none, or that cannot be matched as its language says.</summary>
    public const string InvalidRegularExpression = "2201B";

    /// <summary>2201W: a number of rows in LIMIT or OFFSET that is none.</summary>
    public const string InvalidRowCount = "2201W";

    /// <summary>22023: an argument or option value that is not allowed.</summary>
    public const string InvalidParameterValue = "22023";

    /// <summary>22025: an escape sequence that is not allowed.</summary>
    public const string InvalidEscapeSequence = "22025";

    /// <summary>23502: NULL in a NOT NULL column of a sink.</summary>
    public const string NotNullViolation = "23502";

    /// <summary>23505: a key that is there already.</summary>
    public const string UniqueViolation = "23505";

    /// <summary>25000: the statement does not fit the state of the session or job.</summary>
    public const string InvalidTransactionState = "25000";

    /// <summary>38000: a function of the program that embeds the engine failed.</summary>
    public const string ExternalRoutineException = "38000";

    /// <summary>42601: the text is no SQL.</summary>
    public const string SyntaxError = "42601";

    /// <summary>42602: a name that is not allowed.</summary>
    public const string InvalidName = "42602";

    /// <summary>42622: a name that is too long.</summary>
    public const string NameTooLong = "42622";

    /// <summary>42701: a column named twice.</summary>
    public const string DuplicateColumn = "42701";

    /// <summary>42702: a column name with several meanings.</summary>
    public const string AmbiguousColumn = "42702";

    /// <summary>42703: no such column.</summary>
    public const string UndefinedColumn = "42703";

    /// <summary>42704: no such type, option, catalog or job.</summary>
    public const string UndefinedObject = "42704";

    /// <summary>42710: the object exists.</summary>
    public const string DuplicateObject = "42710";

    /// <summary>42712: a table alias used twice.</summary>
    public const string DuplicateAlias = "42712";

    /// <summary>42723: the function exists.</summary>
    public const string DuplicateFunction = "42723";

    /// <summary>42725: a function call with several meanings.</summary>
    public const string AmbiguousFunction = "42725";

    /// <summary>42803: a column that is neither grouped nor aggregated, or an aggregate where none may stand.</summary>
    public const string GroupingError = "42803";

    /// <summary>42P20: a window function where none may stand, or a window that is wrong.</summary>
    public const string WindowingError = "42P20";

    /// <summary>42804: types that do not fit.</summary>
    public const string DatatypeMismatch = "42804";

    /// <summary>42809: the object is of another kind.</summary>
    public const string WrongObjectType = "42809";

    /// <summary>42846: a cast that does not exist.</summary>
    public const string CannotCoerce = "42846";

    /// <summary>42883: no such function.</summary>
    public const string UndefinedFunction = "42883";

    /// <summary>42P01: no such table.</summary>
    public const string UndefinedTable = "42P01";

    /// <summary>42P07: the table exists.</summary>
    public const string DuplicateTable = "42P07";

    /// <summary>42P10: a column reference that is not allowed here.</summary>
    public const string InvalidColumnReference = "42P10";

    /// <summary>42P16: a table definition that cannot work.</summary>
    public const string InvalidTableDefinition = "42P16";

    /// <summary>42P17: an object definition that cannot work.</summary>
    public const string InvalidObjectDefinition = "42P17";

    /// <summary>08006: a server cannot be reached, or the connection to it was lost.</summary>
    public const string ConnectionFailure = "08006";

    /// <summary>53100: the disk is full.</summary>
    public const string DiskFull = "53100";

    /// <summary>53400: a configured limit is exceeded.</summary>
    public const string ConfigurationLimitExceeded = "53400";

    /// <summary>54001: the statement is too deep or too long.</summary>
    public const string StatementTooComplex = "54001";

    /// <summary>55006: the object is in use.</summary>
    public const string ObjectInUse = "55006";

    /// <summary>57014: canceled on request.</summary>
    public const string QueryCanceled = "57014";

    /// <summary>58030: reading or writing failed.</summary>
    public const string IoError = "58030";

    /// <summary>58P01: no such file.</summary>
    public const string UndefinedFile = "58P01";

    /// <summary>42501: the operating system refuses access.</summary>
    public const string InsufficientPrivilege = "42501";

    /// <summary>XX000: a defect of the engine.</summary>
    public const string InternalError = "XX000";

    /// <summary>XX001: a file whose content is not what was written.</summary>
    public const string DataCorrupted = "XX001";

    /// <summary>SS001: the plan cannot run as a stream.</summary>
    public const string StreamingNotPossible = "SS001";

    /// <summary>SS002: the state of a checkpoint does not fit the plan.</summary>
    public const string StateNotCompatible = "SS002";

    /// <summary>SS003: the sink and the checkpoint disagree.</summary>
    public const string SinkStateMismatch = "SS003";
}
