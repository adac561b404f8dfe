using SqlStream.Core.Files;

namespace SqlStream.Core.Connect;

/// <summary>A kind of catalog whose databases and tables are those of an outside system, usable without CREATE TABLE.</summary>
public interface IExternalCatalog
{
    /// <summary>The value of <c>'type'</c>.</summary>
    string Type { get; }

    /// <summary>Every option it knows besides <c>'type'</c>.</summary>
    IReadOnlyList<OptionDefinition> Options { get; }

    /// <summary>The database that USE CATALOG turns to.</summary>
    string DefaultDatabase { get; }

    /// <summary>What is there now. May block; <see cref="Diagnostics.ExternalException"/> if the outside cannot be reached, <see cref="Diagnostics.SqlException"/>
    /// for options that cannot work.</summary>
    /// <param name="options">The options besides <c>'type'</c>; those that name files have been held against <paramref name="files"/>.</param>
    /// <param name="files">The directories that may be used.</param>
    /// <param name="cancellation">Ends the wait.</param>
    ExternalTables Load(TableOptions options, FileRoots files, CancellationToken cancellation);
}

/// <summary>What an outside system has.</summary>
/// <param name="Databases">The names of its databases.</param>
/// <param name="Tables">Its tables: the database, the name, and the CREATE TABLE that makes the table known here.</param>
public sealed record ExternalTables(IReadOnlyList<string> Databases, IReadOnlyList<(string Database, string Name, string Sql)> Tables);
