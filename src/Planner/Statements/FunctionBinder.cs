using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>CREATE, ALTER and DROP FUNCTION. Whether the class is there is seen where the function is first used.</summary>
sealed class FunctionBinder(BindContext context)
{
    ICatalog Catalog => context.Planner.Catalog;

    /// <summary>The plan, or null after reporting errors.</summary>
    public ChangePlan? Bind(CreateFunction create)
    {
        if (Name(create.Name, create.System) is not { } name)
            return null;
        foreach (var option in create.Options)
            context.Report(BindErrors.NotSupported(context.SpanOf(option), "an option of a function"));
        var exists = Catalog.FindFunction(name, create.Temporary) is not null;
        if (exists && !create.IfNotExists)
            context.Report(AlterErrors.FunctionExists(context.SpanOf(create.Name), create.Name.ToString()));
        CheckClass(create.ClassName, context.SpanOf(create));
        return new ChangePlan(exists ? [] : [new PutFunction(Definition(name, create.ClassName, create.Temporary, create.Language, create.Resources))]);
    }

    /// <summary>The plan, or null after reporting errors.</summary>
    public ChangePlan? Bind(AlterFunction alter)
    {
        if (Existing(alter.Name, alter.Temporary, alter.System, alter.IfExists) is not { } found)
            return context.HasErrors ? null : new ChangePlan([]);
        CheckClass(alter.ClassName, context.SpanOf(alter));
        return new ChangePlan([new PutFunction(Definition(found.Name, alter.ClassName, alter.Temporary, alter.Language, alter.Resources))]);
    }

    /// <summary>The plan, or null after reporting errors.</summary>
    public ChangePlan? Drop(DropStatement drop)
    {
        var found = Existing(drop.Name, drop.Temporary, drop.System, drop.IfExists);
        return context.HasErrors ? null : new ChangePlan(found is null ? [] : [new RemoveFunction(found)]);
    }

    static FunctionDefinition Definition(ObjectName name, string className, bool temporary, string? language, ValueList<FunctionResource> resources) =>
        new(name, className)
        {
            IsTemporary = temporary,
            Language = language,
            Resources = resources.Map(resource => (resource.Kind, resource.Path)),
        };

    FunctionDefinition? Existing(QualifiedName name, bool temporary, bool system, bool ifExists)
    {
        if (Name(name, system) is not { } qualified)
            return null;
        var found = Catalog.FindFunction(qualified, temporary);
        if (found is null && !ifExists)
        {
            context.Report(AlterErrors.UndefinedFunction(context.SpanOf(name), name.ToString(), Catalog.FindFunction(qualified, !temporary) is not null
                ? $"There is a {(temporary ? "permanent" : "temporary")} one of that name."
                : NearestName.Hint(name.Last.Text, Catalog.Functions.Select(known => known.Name.Name)) ?? "SHOW USER FUNCTIONS lists all that were created."));
        }
        return found;
    }

    ObjectName? Name(QualifiedName name, bool system)
    {
        if (!system)
            return new NameResolver(context).Qualify(name);
        if (name.Parts.Count == 1)
            return new ObjectName(FunctionDefinition.SystemScope, FunctionDefinition.SystemScope, name.Last.Text);
        context.Report(BindErrors.InvalidName(context.SpanOf(name), name.ToString()));
        return null;
    }

    void CheckClass(string className, SourceSpan span)
    {
        if (string.IsNullOrWhiteSpace(className))
            context.Report(AlterErrors.EmptyClass(span));
    }
}
