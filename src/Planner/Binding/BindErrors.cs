using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Planner.Catalog;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Binding;

/// <summary>Every message of the binder about expressions and queries.</summary>
static class BindErrors
{
    public static Diagnostic NotSupported(SourceSpan span, string what, string? hint = null) =>
        new(SqlState.FeatureNotSupported, $"{what} is not supported yet", span, Hint: hint);

    public static Diagnostic EmptyObjectAsArray(SourceSpan span) =>
        new(SqlState.InvalidParameterValue, "JSON_QUERY RETURNING ARRAY<STRING> cannot give an empty object", span, Hint: "Use EMPTY ARRAY or NULL.");

    public static string InsideObject(ObjectName name) => $"The error is inside the definition of \"{name}\".";

    public static Diagnostic TooDeep(SourceSpan span, int levels) =>
        new(SqlState.StatementTooComplex, $"expression is nested more than {levels} levels deep", span,
            Hint: "Compute parts of it in a sub-query or a view.");

    public static Diagnostic UndefinedColumn(SourceSpan span, string name, string? hint) =>
        new(SqlState.UndefinedColumn, $"column \"{name}\" does not exist", span, Hint: hint);

    public static Diagnostic UndefinedField(SourceSpan span, RowType row, string name)
    {
        var names = row.Fields.Select(field => field.Name).ToList();
        return new(SqlState.UndefinedColumn, $"field \"{name}\" does not exist in {Plain(row)}", span,
            Hint: NearestName.Hint(name, names) ?? $"The fields are {string.Join(", ", names)}.");
    }

    public static Diagnostic DuplicateField(SourceSpan span, string name) =>
        new(SqlState.DuplicateColumn, $"field \"{name}\" is given more than once", span);

    public static Diagnostic NotARow(SourceSpan span, SqlType type, string field) =>
        new(SqlState.WrongObjectType, $"a value of type {Plain(type)} has no field \"{field}\"", span,
            Hint: "Only a ROW has fields; elements of ARRAY and MAP are taken by a[1] and m['key'].");

    public static Diagnostic MapAsKey(SourceSpan span, string place, SqlType type) =>
        new(SqlState.InvalidColumnReference, $"{place} cannot use a value of type {Plain(type)}", span,
            Detail: "The entries of MAP and MULTISET have no order by which values could be told apart.",
            Hint: "Use single entries, such as m['key'].");

    public static Diagnostic MissingTable(SourceSpan span, string name, string? hint) =>
        new(SqlState.UndefinedTable, $"table \"{name}\" is not in the FROM clause", span, Hint: hint);

    public static Diagnostic AmbiguousColumn(SourceSpan span, string name, IEnumerable<string> qualified) =>
        new(SqlState.AmbiguousColumn, $"column \"{name}\" is ambiguous", span,
            Detail: $"It may be {string.Join(" or ", qualified)}.",
            Hint: "Give the columns of the input different names, or qualify this one.");

    public static Diagnostic DuplicateTable(SourceSpan span, string name) =>
        new(SqlState.DuplicateAlias, $"table \"{name}\" stands in the FROM clause more than once", span, Hint: "Give one of them an alias.");

    public static Diagnostic JoinCondition(SourceSpan span) =>
        new(SqlState.SyntaxError, "JOIN needs a condition", span, Hint: "Add ON or USING, or write CROSS JOIN for all pairs.");

    public static Diagnostic NaturalCondition(SourceSpan span) =>
        new(SqlState.SyntaxError, "NATURAL JOIN takes no condition of its own", span, Hint: "Leave NATURAL out, or the condition.");

    public static Diagnostic UsingColumn(SourceSpan span, string name, string side, int count, string? hint) => count == 0
        ? new(SqlState.UndefinedColumn, $"column \"{name}\" of USING does not exist in the {side} table", span, Hint: hint)
        : new(SqlState.AmbiguousColumn, $"column \"{name}\" of USING is in the {side} table more than once", span, Hint: "Write the condition with ON.");

    public static string AliasHint(string alias, string clause) =>
        $"{clause} cannot use the alias \"{alias}\" of the SELECT list; repeat the expression, or use a sub-query.";

    public static Diagnostic UndefinedTable(SourceSpan span, string name, string? hint) =>
        new(SqlState.UndefinedTable, $"table or view \"{name}\" does not exist", span, Hint: hint);

    public static Diagnostic UndefinedSchema(SourceSpan span, string kind, string name, string? hint) =>
        new(SqlState.UndefinedObject, $"{kind} \"{name}\" does not exist", span, Hint: hint);

    public static Diagnostic InvalidName(SourceSpan span, string name) =>
        new(SqlState.InvalidName, $"name \"{name}\" has too many parts", span, Hint: "Write [catalog.][database.]name.");

    public static Diagnostic InvalidDatabaseName(SourceSpan span, string name) =>
        new(SqlState.InvalidName, $"name \"{name}\" has too many parts", span, Hint: "Write [catalog.]database.");

    public static Diagnostic RecursiveView(SourceSpan span, ObjectName name) =>
        new(SqlState.InvalidObjectDefinition, $"view \"{name}\" reads from itself", span, Hint: "Drop the view and create it anew.");

    public static Diagnostic DuplicateAlias(SourceSpan span, string name) =>
        new(SqlState.DuplicateAlias, $"name \"{name}\" is given more than once", span);

    public static Diagnostic AliasColumns(SourceSpan span, string name, int given, int actual) =>
        new(SqlState.InvalidColumnReference,
            $"\"{name}\" has {Count(actual, "column")}, but {given} {(given == 1 ? "name is" : "names are")} given", span);

    public static Diagnostic UndefinedFunction(SourceSpan span, string name, string? hint) =>
        new(SqlState.UndefinedFunction, $"function {name} does not exist", span, Hint: hint ?? "SHOW FUNCTIONS lists all functions.");

    public static Diagnostic UnknownClass(SourceSpan span, FunctionDefinition function) =>
        new(SqlState.UndefinedFunction, $"class \"{function.ClassName}\" of function {function.Name.Name} does not exist", span,
            Hint: "Classes of Java and Python cannot be loaded. Write it in C#: CREATE FUNCTION ... LANGUAGE CSHARP USING ASSEMBLY 'path.dll'; or use a built-in function: SHOW FUNCTIONS lists them.");

    public static Diagnostic FunctionMismatch(
        SourceSpan span, string name, ValueList<BoundExpression> arguments, string signature, bool isStar = false) =>
        new(SqlState.UndefinedFunction, $"function {name}({(isStar ? "*" : Types(arguments))}) does not exist", span,
            Hint: $"It is called as {signature.Replace("\n", " or ", StringComparison.Ordinal)}; a CAST of an argument may help.");

    public static Diagnostic OperatorMismatch(SourceSpan span, string symbol, ValueList<BoundExpression> arguments) =>
        new(SqlState.UndefinedFunction, $"operator {symbol} does not exist for {Types(arguments)}", span,
            Hint: arguments.Select(OrHint).FirstOrDefault(hint => hint is not null) ?? "CAST one side to a type that fits.");

    public static Diagnostic CannotCast(SourceSpan span, SqlType from, SqlType to) =>
        new(SqlState.CannotCoerce, $"type {Plain(from)} cannot be cast to {Plain(to)}", span);

    public static Diagnostic NotBoolean(BoundExpression expression, string place) =>
        new(SqlState.DatatypeMismatch, $"argument of {place} must be BOOLEAN, not {Plain(expression.Type)}", expression.Span, Hint: OrHint(expression));

    public static Diagnostic ComparedWithNull(SourceSpan span, string symbol) =>
        new(SqlState.Warning, $"comparison with NULL by {symbol} is never true", span,
            Hint: symbol switch
            {
                "=" => "Write IS NULL.",
                "<>" => "Write IS NOT NULL.",
                _ => "Test with IS NULL or IS NOT NULL.",
            },
            Severity: Severity.Warning);

    // In other systems || joins conditions.
    static string? OrHint(BoundExpression expression) => expression is BoundCall { Function.Name: "||" } call
        && call.Arguments.Any(argument => !argument.Type.IsCharacter || argument is BoundCast { Operand.Type.IsCharacter: false })
        ? "|| joins text; conditions are joined by OR."
        : null;

    public static Diagnostic NoCommonType(SourceSpan span, string place, IEnumerable<SqlType> types) =>
        new(SqlState.DatatypeMismatch, $"types {string.Join(" and ", types.Select(Plain).Distinct())} of {place} do not fit together", span,
            Hint: "CAST them to one type.");

    public static Diagnostic AggregateNotAllowed(SourceSpan span, string name, string clause) =>
        new(SqlState.GroupingError, $"aggregate function {name} is not allowed in {clause}", span,
            Hint: clause == "WHERE" ? "Use HAVING, or FILTER (WHERE ...) after the aggregate." : "Compute the aggregate in a sub-query.");

    public static Diagnostic OverNotAllowed(SourceSpan span, string name, string clause) =>
        new(SqlState.WindowingError, $"window function {name} is not allowed in {clause}", span,
            Hint: clause == "OVER" ? "Compute the inner one in a sub-query." : "Compute it in a sub-query of FROM, and use its column.");

    public static Diagnostic OverMissing(SourceSpan span, string name) =>
        new(SqlState.WindowingError, $"window function {name} needs OVER", span, Hint: $"Write {name}() OVER (PARTITION BY ... ORDER BY ...).");

    public static Diagnostic NotAWindowFunction(SourceSpan span, string name) =>
        new(SqlState.WrongObjectType, $"function {name} cannot be called with OVER", span,
            Hint: "Aggregate functions can, and ROW_NUMBER, RANK, DENSE_RANK, PERCENT_RANK, CUME_DIST, NTILE, LAG and LEAD.");

    public static Diagnostic OverArguments(SourceSpan span, string name, string signature) =>
        new(SqlState.UndefinedFunction, $"window function {name} does not fit the arguments", span, Hint: $"Write {signature}.");

    public static Diagnostic OverCount(SourceSpan span, string name, string wanted) =>
        new(SqlState.InvalidParameterValue, $"{name} takes {wanted} that is known when the query is planned", span, Hint: "Write a literal.");

    public static Diagnostic FrameOrder(SourceSpan span) =>
        new(SqlState.WindowingError, "the frame ends before it starts", span, Hint: "Write BETWEEN the first row AND the last one.");

    public static Diagnostic RangeOrder(SourceSpan span) =>
        new(SqlState.WindowingError, "RANGE with a distance needs ORDER BY of one column", span, Hint: "Count rows: ROWS BETWEEN n PRECEDING AND CURRENT ROW.");

    public static Diagnostic RangeDistance(SourceSpan span, SqlType order, SqlType distance) =>
        new(SqlState.DatatypeMismatch, $"RANGE cannot measure {Plain(distance)} in an order of type {Plain(order)}", span,
            Hint: "Order by a time up to microseconds and write INTERVAL '10' SECOND, or by an integer and write a number.");

    public static Diagnostic RankArguments(SourceSpan span, string name) =>
        new(SqlState.UndefinedFunction, $"window function {name} takes no arguments", span, Hint: $"Write {name}() OVER (...).");

    public static Diagnostic NullTreatment(SourceSpan span, string function, bool ignores) =>
        new(SqlState.SyntaxError, $"{function} takes no {(ignores ? "IGNORE" : "RESPECT")} NULLS: it reads no values", span,
            Hint: "FIRST_VALUE, LAST_VALUE, LAG and LEAD take it.");

    public static Diagnostic FrameOfRank(SourceSpan span, string name) =>
        new(SqlState.WindowingError, $"window function {name} takes no frame", span, Hint: "Leave ROWS or RANGE out: it counts from the first row of the partition.");

    public static Diagnostic RankWithoutOrder(SourceSpan span, string name) =>
        new(SqlState.WindowingError, $"window function {name} needs ORDER BY in OVER", span, Hint: "Without an order all rows are equal.");

    public static Diagnostic WindowOverridden(SourceSpan span, string name, string clause) =>
        new(SqlState.WindowingError, $"window \"{name}\" cannot be given another {clause}", span, Hint: "Write a window of its own.");

    public static Diagnostic CircularWindow(SourceSpan span, string name) =>
        new(SqlState.WindowingError, $"window \"{name}\" is made of itself", span);

    public static Diagnostic UndefinedWindow(SourceSpan span, string name, string? hint) =>
        new(SqlState.UndefinedObject, $"window \"{name}\" does not exist", span, Hint: hint ?? "Declare it: WINDOW name AS (PARTITION BY ... ORDER BY ...).");

    public static Diagnostic NestedAggregate(SourceSpan span, string name) =>
        new(SqlState.GroupingError, $"aggregate function {name} is inside another aggregate function", span,
            Hint: "Compute the inner aggregate in a sub-query.");

    public static Diagnostic NotGrouped(SourceSpan span, string name) =>
        new(SqlState.GroupingError, $"column \"{name}\" must stand in GROUP BY or inside an aggregate function", span,
            Hint: $"Add \"{name}\" to GROUP BY, or use an aggregate such as MAX({name}).");

    public static Diagnostic GroupByPosition(SourceSpan span, Int128 position) =>
        new(SqlState.InvalidColumnReference, $"GROUP BY {position} groups by the constant {position}, not by a column", span,
            Hint: "Write the expression of the column.");

    public static Diagnostic TooManyGroupingSets(SourceSpan span, int max) =>
        new(SqlState.StatementTooComplex, $"GROUP BY has more than {max} grouping sets", span, Hint: "Write the sets that are needed as GROUPING SETS (...).");

    public static Diagnostic NotAGroupingKey(SourceSpan span, string function) =>
        new(SqlState.GroupingError, $"argument of {function} must be an expression of GROUP BY", span);

    public static Diagnostic GroupingArguments(SourceSpan span, string function, int max) =>
        new(SqlState.UndefinedFunction, max == 0 ? $"{function} takes no arguments" : $"{function} takes 1 to {max} arguments", span,
            Hint: max == 0 ? $"Write {function}()." : $"It is called as {function}(key, ...) and gives a bit for each: 1 where the key is left out.");

    public static Diagnostic OrderByPosition(SourceSpan span, string position, int columns) =>
        new(SqlState.InvalidColumnReference, $"ORDER BY position {position} is not in the SELECT list", span,
            Hint: columns == 1 ? "The list has 1 column." : $"The list has columns 1 to {columns}.");

    public static Diagnostic AmbiguousOutput(SourceSpan span, string name) =>
        new(SqlState.AmbiguousColumn, $"ORDER BY \"{name}\" is ambiguous", span,
            Detail: "Several columns of the SELECT list have that name.", Hint: "Give them different names, or write the position.");

    public static Diagnostic OrderOfDistinct(SourceSpan span) =>
        new(SqlState.InvalidColumnReference, "for SELECT DISTINCT, what ORDER BY names must be in the SELECT list", span,
            Detail: "A row of the result stands for several rows, which may differ in it.");

    public static Diagnostic RowCount(SourceSpan span, string clause) =>
        new(SqlState.InvalidRowCount, $"{clause} must be a constant number of rows, 0 or more", span);

    public static Diagnostic NotAnAggregate(SourceSpan span, string name, string clause) =>
        new(SqlState.WrongObjectType, $"{clause} is given, but {name} is not an aggregate function", span);

    public static Diagnostic StarWithoutFrom(SourceSpan span) =>
        new(SqlState.SyntaxError, "SELECT * without FROM has no columns", span);

    public static Diagnostic SetOperationColumns(SourceSpan span, string name, int left, int right) =>
        new(SqlState.SyntaxError, $"both sides of {name} must have equally many columns, not {left} and {right}", span);

    public static Diagnostic SubqueryColumns(SourceSpan span, int expected, int actual) =>
        new(SqlState.SyntaxError, $"sub-query must give {Count(expected, "column")}, not {actual}", span);

    public static Diagnostic SeveralRows(SourceSpan span, int rows) =>
        new(SqlState.CardinalityViolation, $"sub-query gives {rows} rows where one value stands", span,
            Hint: "Restrict it to one row, or use IN.");

    public static Diagnostic RowLength(SourceSpan span, int expected, int actual) =>
        new(SqlState.SyntaxError, $"rows of VALUES must have equally many values, not {expected} and {actual}", span);

    public static Diagnostic InvalidLiteral(SourceSpan span, string type, string text, string form) =>
        new(SqlState.InvalidDatetimeFormat, $"'{text}' is no {type}", span, Hint: $"Write {form}.");

    public static Diagnostic LiteralOutOfRange(SourceSpan span, string type, string text) =>
        new(SqlState.DatetimeFieldOverflow, $"{type} '{text}' is out of range", span);

    public static Diagnostic TypeArgument(SourceSpan span, string message) =>
        new(SqlState.InvalidParameterValue, message, span);

    public static Diagnostic UndefinedType(SourceSpan span, string name) =>
        new(SqlState.UndefinedObject, $"type \"{name}\" does not exist", span, Hint: ForeignNames.TypeHint(name));

    public static Diagnostic CannotRead(SourceSpan span, string name, string connector) =>
        new(SqlState.WrongObjectType, $"table \"{name}\" cannot be read: connector '{connector}' has no source", span);

    public static Diagnostic CannotWrite(SourceSpan span, string name, string connector) =>
        new(SqlState.WrongObjectType, $"table \"{name}\" cannot be written: connector '{connector}' has no sink", span);

    public static Diagnostic NotATable(SourceSpan span, ObjectName name, string kind, string wanted) =>
        new(SqlState.WrongObjectType, $"\"{name}\" is a {kind}, not a {wanted}", span);

    public static Diagnostic HintArgument(SourceSpan span) =>
        new(SqlState.SyntaxError, "argument of hint OPTIONS must be 'key' = 'value'", span);

    public static Diagnostic HintConnector(SourceSpan span) =>
        new(SqlState.InvalidParameterValue, "hint OPTIONS cannot change the connector", span);

    public static Diagnostic ReadOnlyMetadata(SourceSpan span, string column, string key) =>
        new(SqlState.InvalidTableDefinition, $"column \"{column}\" cannot be written: metadata '{key}' can only be read", span,
            Hint: $"Declare \"{column}\" as METADATA ... VIRTUAL, so that INSERT leaves it out.");

    public static Diagnostic StaleView(SourceSpan span, ObjectName name, int columns, int actual) =>
        new(SqlState.InvalidObjectDefinition,
            $"view \"{name}\" was created with {Count(columns, "column")}, but its query now has {actual}", span,
            Hint: "Drop the view and create it anew.");

    public static Diagnostic UpsertWithoutKey(SourceSpan span, string name) =>
        new(SqlState.InvalidTableDefinition, $"table \"{name}\" gives updates by key, but has no primary key", span,
            Hint: "Declare PRIMARY KEY (...) NOT ENFORCED in CREATE TABLE.");

    public static Diagnostic NotATableFunction(SourceSpan span, string name) =>
        new(SqlState.WrongObjectType, $"function {name} gives a value, not a table", span);

    public static Diagnostic WindowArguments(SourceSpan span, string function)
    {
        var lengths = function switch
        {
            "HOP" => "INTERVAL '5' SECOND, INTERVAL '10' SECOND",
            "CUMULATE" => "INTERVAL '1' HOUR, INTERVAL '1' DAY",
            _ => "INTERVAL '10' SECOND",
        };
        return new(SqlState.UndefinedFunction, $"arguments of {function} do not fit", span,
            Hint: function == "SESSION"
                ? "Write SESSION(TABLE t [PARTITION BY k], DESCRIPTOR(ts), INTERVAL '5' MINUTE)."
                : $"Write {function}(TABLE t, DESCRIPTOR(ts), {lengths} [, offset]).");
    }

    public static Diagnostic SecondGroupWindow(SourceSpan span) =>
        new(SqlState.SyntaxError, "GROUP BY takes one window only", span,
            Hint: "Group by one of them in a sub-query, and by the other over its *_ROWTIME.");

    public static Diagnostic GroupWindowElsewhere(SourceSpan span, string function) =>
        new(SqlState.GroupingError, $"window {function} may stand only as an entry of GROUP BY by itself", span,
            Hint: $"Its bounds are {function}_START and {function}_END with the same arguments.");

    public static Diagnostic WithoutGroupWindow(SourceSpan span, string function, string window) =>
        new(SqlState.GroupingError, $"{function} needs the window by which the query groups", span,
            Hint: $"Add {window} with the same arguments to GROUP BY; {function} may then stand in SELECT, HAVING and ORDER BY.");

    public static Diagnostic OtherGroupWindow(SourceSpan span, string function, string window) =>
        new(SqlState.GroupingError, $"{function} is of another window than that of GROUP BY", span,
            Hint: $"GROUP BY has {window}: write the same function and arguments.");

    public static Diagnostic OtherTimeOfWindow(SourceSpan span, string function, string window, bool isProctime) =>
        new(SqlState.GroupingError, $"{function} is not of a window over {(isProctime ? "PROCTIME()" : "a rowtime")}", span,
            Hint: $"Use {window}_{(isProctime ? "PROCTIME" : "ROWTIME")}.");

    public static Diagnostic GroupWindowArguments(SourceSpan span, string function, int lengths) =>
        new(SqlState.UndefinedFunction, $"arguments of {function} do not fit", span,
            Hint: lengths == 2
                ? $"Write {function}(ts, INTERVAL '5' SECOND, INTERVAL '10' SECOND): the slide comes before the size."
                : $"Write {function}(ts, INTERVAL '10' SECOND).");

    public static Diagnostic GroupWindowTime(SourceSpan span, string function) =>
        new(SqlState.InvalidColumnReference, $"first argument of {function} must be a rowtime or PROCTIME() as a column", span,
            Hint: "A rowtime is a column for which its table declares WATERMARK FOR; what is computed of it is none.");

    public static Diagnostic PartitionColumn(SourceSpan span) =>
        new(SqlState.FeatureNotSupported, "PARTITION BY of a window takes columns only", span,
            Hint: "Compute the column in a view or a WITH query, and name that.");

    public static Diagnostic StepLongerThanWindow(SourceSpan span) =>
        new(SqlState.InvalidParameterValue, "STEP of a window must not be longer than its SIZE", span,
            Hint: "The step comes before the size.");

    public static Diagnostic WindowParameter(SourceSpan span, string function, string name, IReadOnlyList<string> known) =>
        new(SqlState.UndefinedFunction, $"{function} has no parameter \"{name}\"", span,
            Hint: NearestName.Hint(name, known) ?? $"The parameters are {string.Join(", ", known)}.");

    public static Diagnostic Descriptor(SourceSpan span) =>
        new(SqlState.UndefinedFunction, "time column of a window must be DESCRIPTOR(column)", span);

    public static Diagnostic NotTheRowtime(SourceSpan span, string function, string? rowtime) =>
        new(SqlState.InvalidColumnReference, $"argument of {function} must be a rowtime", span,
            Hint: rowtime is null ? "A rowtime is a column for which its table declares WATERMARK FOR." : $"The rowtime is \"{rowtime}\".");

    public static Diagnostic NotARowtime(SourceSpan span, string name, IReadOnlyList<string> rowtimes) =>
        new(SqlState.InvalidColumnReference, $"column \"{name}\" is not a rowtime, which a window needs", span,
            Hint: rowtimes.Count > 0
                ? $"The rowtime is \"{rowtimes[0]}\"."
                : $"Declare WATERMARK FOR {name} AS {name} - INTERVAL '5' SECOND in CREATE TABLE.");

    public static Diagnostic WindowInterval(SourceSpan span, string parameter) =>
        new(SqlState.DatatypeMismatch, $"{parameter} of a window must be a constant INTERVAL", span,
            Hint: "Write INTERVAL '10' SECOND.");

    public static Diagnostic WindowIntervalValue(SourceSpan span, string parameter, bool isPositive) =>
        new(SqlState.InvalidParameterValue,
            $"{parameter} of a window must be {(isPositive ? "positive and " : "")}in whole milliseconds", span);

    static string Types(ValueList<BoundExpression> arguments) => string.Join(", ", arguments.Select(argument => Plain(argument.Type)));

    static string Plain(SqlType type) => type.WithNullability(true).ToString();

    static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
