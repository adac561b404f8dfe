using System.Text.Json.Serialization;

namespace SqlStream.Client;

/// <summary>POST /v1/sessions.</summary>
/// <param name="Name">What its user calls it.</param>
/// <param name="Settings">Options that hold from the beginning, as SET gives them.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OpenSessionRequest(string? Name = null, IReadOnlyDictionary<string, string>? Settings = null);

/// <summary>A session.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What its user calls it; may be empty.</param>
/// <param name="OpenedAt">When it was opened.</param>
/// <param name="IdleMs">How long nobody has used it, in milliseconds.</param>
/// <param name="IdleTimeoutMs">It is closed when nobody has used it for so long.</param>
/// <param name="Catalog">The current catalog.</param>
/// <param name="Database">The current database.</param>
/// <param name="Settings">What was set.</param>
/// <param name="Statements">Its statements, oldest first.</param>
public sealed record SessionInfo(
    string Id, string Name, DateTimeOffset OpenedAt, long IdleMs, long IdleTimeoutMs, string Catalog, string Database,
    IReadOnlyDictionary<string, string> Settings, IReadOnlyList<string> Statements);

/// <summary>A list of sessions.</summary>
/// <param name="Sessions">The sessions, oldest first.</param>
public sealed record SessionList(IReadOnlyList<SessionInfo> Sessions);

/// <summary>The names that a statement of a session may use.</summary>
/// <param name="Tables">Tables and views.</param>
/// <param name="NameSpaces">Catalogs, and databases of the current one.</param>
public sealed record VocabularyInfo(IReadOnlyList<TableInfo> Tables, IReadOnlyList<string> NameSpaces);

/// <summary>A table or view.</summary>
/// <param name="Name">The shortest text that names it.</param>
/// <param name="Kind"><c>table</c> or <c>view</c>.</param>
/// <param name="Connector">What holds its rows; null for a view.</param>
/// <param name="Columns">Its columns.</param>
public sealed record TableInfo(string Name, string Kind, string? Connector, IReadOnlyList<ColumnInfo> Columns);

/// <summary>A column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its SQL type.</param>
public sealed record ColumnInfo(string Name, string Type);
