using SqlStream.Core.Diagnostics;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>The messages of functions that the program registers.</summary>
static class UserFunctionErrors
{
    /// <summary>What a failure of a function becomes: errors that are the engine's own stay, so that a function can say that the job should try again.</summary>
    public static Exception Of(string name, Exception error) => error is SqlException or ExternalException ? error : Failed(name, error);

    public static SqlException Failed(string name, Exception error) => new(
        SqlState.ExternalRoutineException, $"function {name} failed: {error.Message}",
        "Handle it in the function, or register it with OnFailure = FunctionFailure.Null.", $"The exception is {error.GetType().Name}.");

    public static SqlException InvalidName(string name) => new(
        SqlState.InvalidName, $"\"{name}\" is not a name for a function", "Names have letters, digits and underscores, and do not begin with a digit.");

    public static SqlException BuiltIn(string name) => new(
        SqlState.DuplicateFunction, $"function {name} is built in", "Register yours under another name.");

    public static SqlException Exists(string signature) => new(
        SqlState.DuplicateFunction, $"function {signature} is registered", "Functions of one name differ in the types of their parameters.");

    public static SqlException OtherKind(string name) => new(
        SqlState.DuplicateFunction, $"function {name} is registered as one of another kind", "Aggregate functions and scalar functions have different names.");

    public static SqlException ParameterType(string name, string parameter, Type type) => new(
        SqlState.DatatypeMismatch, $"parameter {parameter} of function {name} is of type {ClrTypes.NameOf(type)}, which has no SQL type", TypesHint);

    public static SqlException ResultType(string name, Type type) => new(
        SqlState.DatatypeMismatch, $"result of function {name} is of type {ClrTypes.NameOf(type)}, which has no SQL type", TypesHint);

    public static SqlException ManyParameters(string name, int max) => new(
        SqlState.StatementTooComplex, $"function {name} has more than {max} parameters");

    public static SqlException TableParameters(string name, int max) => new(
        SqlState.StatementTooComplex, $"table function {name} must have from 1 to {max} parameters");

    public static SqlException NoRows(string name, Type type) => new(
        SqlState.DatatypeMismatch, $"result of table function {name} is of type {ClrTypes.NameOf(type)}, which is no list of rows", "Return IEnumerable<T>.");

    public static SqlException NoCodec(string name, Type state) => new(
        SqlState.DatatypeMismatch, $"state {ClrTypes.NameOf(state)} of aggregate function {name} holds references and has no codec",
        "Override Codec, or make the state a struct of numbers.");

    public static SqlException AssembliesOff() => new(
        SqlState.InsufficientPrivilege, "functions of assemblies are switched off", "Who runs the server may start it with --allow-assemblies: their code may do all that the server may.");

    public static SqlException OneAssembly(string name) => new(
        SqlState.InvalidParameterValue, $"function {name} names no assembly", "Write LANGUAGE CSHARP USING ASSEMBLY 'path.dll'.");

    public static SqlException NoAssembly(string path, string problem) => new(
        SqlState.UndefinedFile, $"assembly \"{path}\" cannot be loaded", "It must be the .dll of a class library for this .NET.", problem);

    public static SqlException NoClass(string name, string path, IEnumerable<string> known) => new(
        SqlState.UndefinedFunction, $"assembly \"{path}\" has no public class \"{name}\"", NearestName.Hint(name, known) ?? $"It has {string.Join(", ", known.Take(5))}.");

    public static SqlException NotAFunction(Type type, string problem) => new(
        SqlState.DatatypeMismatch, $"class {type.FullName} is not a function", "A function is a class with public methods Eval, or a UserAggregate.", problem);

    const string TypesHint =
        "Types are bool, sbyte, short, int, long, float, double, decimal, string, byte[], DateOnly, TimeOnly, DateTime, DateTimeOffset, TimeSpan, and arrays and dictionaries of them.";
}
