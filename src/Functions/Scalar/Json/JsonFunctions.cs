using SqlStream.Core.Functions;
using SqlStream.Functions.Json;

namespace SqlStream.Functions.Scalar.Json;

/// <summary>The functions on JSON.</summary>
static class JsonFunctions
{
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        new IsJsonFunction("IS JSON", JsonKind.None),
        new IsJsonFunction("IS JSON SCALAR", JsonKind.Scalar),
        new IsJsonFunction("IS JSON ARRAY", JsonKind.Array),
        new IsJsonFunction("IS JSON OBJECT", JsonKind.Object),
        new JsonExistsFunction(),
        new JsonValueFunction(),
        new JsonQueryFunction(),
        new JsonQueryArrayFunction(),
        new JsonConstructorFunction("JSON_OBJECT", isObject: true),
        new JsonConstructorFunction("JSON_ARRAY", isObject: false),
        new JsonStringFunction(),
        JsonTextFunctions.Json(),
        JsonTextFunctions.Quote(),
        JsonTextFunctions.Unquote(),
    ];
}
