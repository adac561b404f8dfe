using SqlStream.Core.Functions;

namespace SqlStream.Functions.Table;

/// <summary>The functions that give rows.</summary>
static class TableFunctions
{
    public static IEnumerable<TableFunction> All =>
    [
        new UnnestFunction(), new GenerateSeriesFunction(), new StringToTableFunction(),
        new JsonElementsFunction(isObject: false, asText: false), new JsonElementsFunction(isObject: false, asText: true),
        new JsonElementsFunction(isObject: true, asText: false), new JsonElementsFunction(isObject: true, asText: true),
    ];
}
